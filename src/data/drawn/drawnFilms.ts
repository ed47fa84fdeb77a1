// A folder of drawn chest films in CheXpert's layout, from a seed: the whole lab works with nothing downloaded. Films are drawn when they are read.
import { createRandom, shuffle } from "../../nn/random";
import type { FolderReader } from "../folder/folder";
import { readList } from "../folder/folderList";
import { type Anatomy, drawAnatomy, drawExposure, drawFilm } from "./drawnFilm";

const FILM_SIZE = 144;
const CSV = "train.csv";
const FINDINGS =
  "No Finding,Enlarged Cardiomediastinum,Cardiomegaly,Lung Opacity,Lung Lesion,Edema,Consolidation,Pneumonia,Atelectasis,Pneumothorax,Pleural Effusion,Pleural Other,Fracture,Support Devices";

export interface DrawnFilm {
  path: string;
  anatomy: Anatomy;
  sex: "Female" | "Male";
  age: number;
  view: "AP" | "PA";
  /** 1, 0, -1 or blank, as CheXpert writes them. */
  cardiomegaly: "1.0" | "0.0" | "-1.0" | "";
}

type HeartSize = "enlarged" | "borderline" | "normal";

/** Ratio of heart to thorax by heart size; above 0.5 is enlarged (Danzer 1919), and just there readers are uncertain. */
const RATIOS: Record<HeartSize, [number, number]> = { enlarged: [0.55, 0.68], borderline: [0.49, 0.52], normal: [0.36, 0.46] };

/** The first `films` films of the seed's patients, one to four a patient; a quarter of the patients have an enlarged heart. */
export function listDrawnFilms(seed: number, films: number): DrawnFilm[] {
  const drawn: DrawnFilm[] = [];
  for (let patient = 0; drawn.length < films; patient++) {
    const random = createRandom(seed, "drawn", 0, patient);
    const size = drawHeartSize(seed, patient);
    const [from, to] = RATIOS[size];
    const anatomy = drawAnatomy(random, from + (to - from) * random.float());
    const sex = random.float() < 0.45 ? "Female" : "Male";
    const age = Math.round(Math.min(95, Math.max(18, 60 + 17 * random.normal())));
    const studies = 1 + random.int(4);
    for (let study = 1; study <= studies && drawn.length < films; study++) {
      const mentioned = random.float() < 0.3;
      const view = random.float() < 0.6 ? "AP" : "PA";
      const cardiomegaly = size === "enlarged" ? "1.0" : size === "borderline" ? "-1.0" : mentioned ? "0.0" : "";
      const path = `train/patient${String(patient + 1).padStart(5, "0")}/study${study}/view1_frontal.bmp`;
      drawn.push({ path, anatomy, sex, age, view, cardiomegaly });
    }
  }
  return drawn;
}

/** Of every twenty patients five are enlarged and one is borderline, so that few films hold both classes as well. */
function drawHeartSize(seed: number, patient: number): HeartSize {
  const block = Math.floor(patient / 20);
  const order = shuffle(
    Uint8Array.from({ length: 20 }).map((_, i) => i),
    createRandom(seed, "drawn", 1, block),
  );
  const place = order[patient % 20] ?? 0;
  return place < 5 ? "enlarged" : place < 6 ? "borderline" : "normal";
}

/** The label CSV: CheXpert's nineteen columns; findings that are not drawn are blank. */
function writeDrawnCsv(name: string, films: DrawnFilm[]): string {
  const rows = films.map(({ path, sex, age, view, cardiomegaly }) => {
    const noFinding = cardiomegaly === "1.0" || cardiomegaly === "-1.0" ? "" : "1.0";
    return `${name}/${path},${sex},${age},Frontal,${view},${noFinding},,${cardiomegaly},,,,,,,,,,,`;
  });
  return `Path,Sex,Age,Frontal/Lateral,AP/PA,${FINDINGS}\n${rows.join("\n")}\n`;
}

/** Film number `place` of the seed as an 8-bit grey bitmap file, `FILM_SIZE` square. */
export function drawFilmFile(seed: number, place: number, { anatomy }: DrawnFilm): Blob {
  const random = createRandom(seed, "drawn", 2, place);
  return writeBitmap(drawFilm(anatomy, drawExposure(random), FILM_SIZE, random), FILM_SIZE);
}

export function createDrawnFolder({ name, seed, films }: { name: string; seed: number; films: number }): FolderReader {
  const drawn = listDrawnFilms(seed, films);
  return readList(name, [CSV, ...drawn.map(({ path }) => path)], async (place) => {
    const film = drawn[place - 1];
    return film ? drawFilmFile(seed, place - 1, film) : new Blob([writeDrawnCsv(name, drawn)], { type: "text/csv" });
  });
}

/** A Windows bitmap with a grey palette: every browser decodes it, and writing it needs no canvas. `size` is a multiple of 4. */
function writeBitmap(grey: Uint8Array, size: number): Blob {
  const pixelsAt = 14 + 40 + 4 * 256;
  const bytes = new Uint8Array(pixelsAt + grey.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0x4d42, true);
  view.setUint32(2, bytes.length, true);
  view.setUint32(10, pixelsAt, true);
  view.setUint32(14, 40, true);
  view.setInt32(18, size, true);
  // A negative height: rows from the top.
  view.setInt32(22, -size, true);
  view.setUint16(26, 1, true);
  view.setUint16(28, 8, true);
  view.setUint32(34, grey.length, true);
  for (let i = 0; i < 256; i++) bytes.fill(i, 54 + 4 * i, 54 + 4 * i + 3);
  bytes.set(grey, pixelsAt);
  return new Blob([bytes], { type: "image/bmp" });
}
