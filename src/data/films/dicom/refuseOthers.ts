// Sets aside DICOM files that are no chest radiograph. What a file does not say is not held against it.
import { Unreadable } from "../film";
import type { DicomFile } from "./readDataSet";
import { TAGS } from "./tags";

/** Computed, digital and other radiography; films that were scanned or exported come as secondary captures or "other". */
const RADIOGRAPHS = ["CR", "DX", "RG", "DR", "XR", "X-RAY", "RF"];
const CAPTURES = ["SC", "OT"];

const NAMES: Record<string, string> = {
  CT: "computed tomography",
  MR: "magnetic resonance",
  US: "ultrasound",
  MG: "mammography",
  NM: "nuclear medicine",
  PT: "positron emission tomography",
  XA: "angiography",
  SR: "a structured report",
  PR: "a presentation state",
  KO: "a key object selection",
  SEG: "a segmentation",
  DOC: "a document",
};

/** Body parts of PS3.16, annex L, that no chest film shows alone; those that it may show (rib, clavicle, thoracic spine, shoulder) are not among them. */
const OTHER_PARTS =
  /^(HAND|FINGER|THUMB|WRIST|FOREARM|ELBOW|ARM|HUMERUS|FOOT|TOE|CALCANEUS|ANKLE|LEG|KNEE|PATELLA|FEMUR|HIP|PELVIS|SKULL|HEAD|BRAIN|FACE|JAW|MANDIBLE|MAXILLA|ORBIT|SINUS|ZYGOMA|TEETH|NECK|CSPINE|LSPINE|SSPINE|SACRUM|COCCYX|EXTREMITY|BREAST)S?$/;

/** @throws Unreadable naming what the file is */
export function refuseOthers({ dataSet, pixels, cutShort }: DicomFile): void {
  const modality = dataSet.string(TAGS.modality)?.trim().toUpperCase() ?? "";
  const isCapture = CAPTURES.includes(modality);
  if (modality && !isCapture && !RADIOGRAPHS.includes(modality)) {
    const name = NAMES[modality] ? `${modality}, ${NAMES[modality]}` : modality;
    throw new Unreadable(`It is no radiograph: its modality is ${name}`);
  }
  const part = dataSet.string(TAGS.bodyPart)?.trim().toUpperCase() ?? "";
  if (OTHER_PARTS.test(part.replace(/[^A-Z]/g, ""))) throw new Unreadable(`It is no film of a chest: its body part is ${part}`);
  if (cutShort) throw new Unreadable("The DICOM file is cut short");
  if (!pixels) throw new Unreadable("The DICOM file holds no image");
  const frames = Number(dataSet.string(TAGS.frames) ?? 1);
  if (frames > 1) throw new Unreadable(`It holds ${frames} frames, and a film is one`);
  if (isCapture && dataSet.uint16(TAGS.samplesPerPixel) !== 1) {
    throw new Unreadable("It is a secondary capture in colour, which may show anything");
  }
}
