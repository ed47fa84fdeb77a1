// A trained model as a file that a person takes away, and back: safetensors under torchvision's names and layouts.
import { LabError } from "../protocol/labError";
import { ARCHITECTURES, type Architecture, type Head, NORMALISATION } from "../protocol/settings";
import { DENSENETS, findHead, listArrays } from "./densenet";
import type { NamedArrays } from "./engine";
import { checkArrays } from "./namedArrays";
import { readSafetensors, writeSafetensors } from "./safetensors";

const FORMAT_VERSION = "1";

export interface WeightsInfo {
  arch: Architecture;
  head: Head;
  /** Names of the targets, one for each logit. */
  classes: string[];
  /** Side in pixels that the model was trained at; null where the file does not say. */
  imageSize: number | null;
}

/** A model as a safetensors file. `origin` stands in its metadata as it is: where the weights come from. */
export function writeWeights(
  model: NamedArrays,
  { arch, head, classes, imageSize }: WeightsInfo,
  origin: Record<string, string> = {},
): ArrayBuffer {
  const metadata: Record<string, string> = {
    ...origin,
    formatVersion: FORMAT_VERSION,
    architecture: arch,
    head,
    classes: JSON.stringify(classes),
    mean: JSON.stringify(NORMALISATION.mean),
    std: JSON.stringify(NORMALISATION.std),
  };
  if (imageSize !== null) metadata.imageSize = String(imageSize);
  return writeSafetensors({ arrays: model, metadata });
}

function parseClasses(text: string | undefined, count: number): string[] {
  try {
    const names: unknown = JSON.parse(text ?? "");
    if (Array.isArray(names) && names.length === count && names.every((name) => typeof name === "string")) return names;
  } catch {
    // A file from elsewhere need not name its classes.
  }
  return Array.from({ length: count }, (_, index) => `class ${index + 1}`);
}

/** The architecture that a weights file says it is of; null where it says none that the lab has. @throws LabError weightsUnreadable */
export function readArchitecture(buffer: ArrayBuffer, source: string): Architecture | null {
  const declared = readSafetensors(buffer, source).metadata.architecture;
  return ARCHITECTURES.find((name) => name === declared) ?? null;
}

/**
 * Reads a weights file for `arch`. A file from elsewhere (converted from torchvision) needs no metadata, but all names and shapes.
 * `num_batches_tracked` may be missing, as in torchvision's oldest files; it is then 0. `source` names the file in errors.
 * @throws LabError weightsUnreadable; weightsMismatch naming the array, or the architecture that the file says it is of
 */
export function readWeights(buffer: ArrayBuffer, arch: Architecture, source: string): { model: NamedArrays; info: WeightsInfo } {
  const { arrays, metadata } = readSafetensors(buffer, source);
  const declared = metadata.architecture;
  if (declared !== undefined && declared !== arch) {
    const known = ARCHITECTURES.find((name) => name === declared);
    throw new LabError(
      "weightsMismatch",
      `${source} holds a ${declared}, but ${arch} is chosen. ${known ? `Choose ${known} as Architecture.` : "Choose another file."}`,
      "Architecture",
    );
  }
  const found = findHead(arrays);
  if (!found) {
    throw new LabError(
      "weightsMismatch",
      `${source} holds no classifier.weight, and no head.8.weight of fastai's head, so it is no DenseNet. Choose another file.`,
      "classifier.weight",
    );
  }
  const { head, classes } = found;
  const expected = listArrays(DENSENETS[arch], classes, head);
  const model: NamedArrays = new Map();
  for (const { name, role } of expected) {
    const array = arrays.get(name) ?? (role === "batches" ? { shape: [], data: new Float32Array(1) } : undefined);
    if (array) model.set(name, array);
  }
  for (const [name, array] of arrays) model.set(name, array);
  checkArrays(expected, model, source, arch);
  const imageSize = Number(metadata.imageSize);
  const info = {
    arch,
    head,
    classes: parseClasses(metadata.classes, classes),
    imageSize: Number.isInteger(imageSize) ? imageSize : null,
  };
  return { model, info };
}
