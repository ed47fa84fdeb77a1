// A trained model as a file that a person takes away, and back: written as safetensors under torchvision's names and layouts, read from
// PyTorch's own files too. What a network makes of weights that are not of its classes is fitWeights.ts.
import { LabError } from "../protocol/labError";
import {
  ARCHITECTURES,
  type Architecture,
  CHANNEL_MOMENTS,
  type Head,
  NORMALISATIONS,
  type Normalisation,
} from "../protocol/settings";
import { DENSENETS, findHead, listArrays } from "./densenet";
import type { NamedArrays } from "./engine";
import type { ArrayFile, LazyArrays } from "./lazyArrays";
import { mapNames } from "./mapNames";
import { checkArrays } from "./namedArrays";
import { readSafetensors, writeSafetensors } from "./safetensors";
import { isTorchFile, readTorchFile } from "./torchFiles/readTorchFile";

const FORMAT_VERSION = "1";

export interface WeightsInfo {
  arch: Architecture;
  head: Head;
  /** How films are scaled for it. */
  normalisation: Normalisation;
  /** Names of the targets, one for each logit. */
  classes: string[];
  /** Side in pixels that the model was trained at; null where the file does not say. */
  imageSize: number | null;
}

/** A model as a safetensors file. `origin` stands in its metadata as it is: where the weights come from. */
export function writeWeights(
  model: NamedArrays,
  { arch, head, normalisation, classes, imageSize }: WeightsInfo,
  origin: Record<string, string> = {},
): ArrayBuffer {
  const { mean, std } = CHANNEL_MOMENTS[normalisation];
  const metadata: Record<string, string> = {
    ...origin,
    formatVersion: FORMAT_VERSION,
    architecture: arch,
    head,
    classes: JSON.stringify(classes),
    mean: JSON.stringify(mean),
    std: JSON.stringify(std),
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

function readArrays(buffer: ArrayBuffer, source: string): ArrayFile {
  if (isTorchFile(buffer)) {
    const { arrays, within } = readTorchFile(buffer, source);
    return { arrays, metadata: {}, notes: within ? [`The weights stand under “${within}” in the file.`] : [] };
  }
  // After the length of the header comes the header, which is JSON: an error page that was saved as a file is neither.
  if (new Uint8Array(buffer)[8] !== 0x7b) {
    const message = `${source} is neither a safetensors file nor one that torch.save wrote. Choose another file, or download it again.`;
    throw new LabError("weightsUnreadable", message);
  }
  const { arrays, metadata } = readSafetensors(buffer, source);
  const lazy = Array.from(arrays, ([name, { shape, data }]) => [name, { shape, read: () => data }] as const);
  return { arrays: new Map(lazy), metadata, notes: [] };
}

/** By how many layers there are and how wide they are; null where no network of the lab is so. */
function recogniseArchitecture(arrays: LazyArrays): Architecture | null {
  const widthOf = (name: string) => arrays.get(name)?.shape[0];
  const layers = new Map<string, number>();
  for (const name of arrays.keys()) {
    const block = /^features\.denseblock(\d+)\.denselayer\d+\.conv2\.weight$/.exec(name)?.[1];
    if (block) layers.set(block, (layers.get(block) ?? 0) + 1);
  }
  const isOf = (arch: Architecture) => {
    const { initialFeatures, growth, blocks } = DENSENETS[arch];
    return (
      widthOf("features.conv0.weight") === initialFeatures &&
      widthOf("features.denseblock1.denselayer1.conv2.weight") === growth &&
      layers.size === blocks.length &&
      blocks.every((count, b) => layers.get(String(b + 1)) === count)
    );
  };
  return ARCHITECTURES.find(isOf) ?? null;
}

function readDeclared({ architecture }: Record<string, string>, source: string): Architecture | null {
  if (architecture === undefined) return null;
  const known = ARCHITECTURES.find((name) => name === architecture);
  if (known) return known;
  const message = `${source} says it holds a ${architecture}, which the lab does not have. Choose a file of ${ARCHITECTURES.join(", ")}.`;
  throw new LabError("weightsMismatch", message, "Architecture");
}

/** Of a file that says nothing of it: what torchvision's and timm's weights were trained with. */
const UNSAID: Normalisation = "imagenet";

function readNormalisation({ mean, std }: Record<string, string>, source: string): Normalisation {
  if (mean === undefined && std === undefined) return UNSAID;
  const isSaid = (name: Normalisation) => {
    const { mean: wantedMean, std: wantedStd } = CHANNEL_MOMENTS[name];
    return mean === JSON.stringify(wantedMean) && std === JSON.stringify(wantedStd);
  };
  const known = NORMALISATIONS.find(isSaid);
  if (known) return known;
  const message = `${source} says that its films were scaled by the mean ${mean} and the deviation ${std}, which the lab does not have. Choose weights of films scaled as ImageNet's or torchxrayvision's are.`;
  throw new LabError("weightsMismatch", message, "Normalisation");
}

/** What a weights file holds: a whole network, and what a person should know of how it was read. */
export interface ReadWeights {
  model: NamedArrays;
  info: WeightsInfo;
  /** Sentences, e.g. of names that were mapped. */
  notes: string[];
}

/**
 * Reads a weights file of any network that the lab has: safetensors, or a state dict as torch.save writes it, under today's names of
 * torchvision, early ones or fastai's. Every array of the network must be there, and no other; only `num_batches_tracked` may be missing,
 * as in torchvision's oldest files, and is then 0. Where neither the file nor its shapes tell the architecture, it is held to be `chosen`,
 * so that the error says what it lacks of that. `source` names the file in errors.
 * @throws LabError weightsUnreadable; weightsMismatch naming the arrays
 */
export function readWeights(buffer: ArrayBuffer, source: string, chosen: Architecture): ReadWeights {
  const file = readArrays(buffer, source);
  const { arrays, notes } = mapNames(file.arrays);
  const arch = readDeclared(file.metadata, source) ?? recogniseArchitecture(arrays) ?? chosen;
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
  for (const { name, role } of expected) {
    if (role === "batches" && !arrays.has(name)) arrays.set(name, { shape: [], read: () => new Float32Array(1) });
  }
  checkArrays(expected, arrays, source, arch);
  const model: NamedArrays = new Map(expected.map(({ name, shape }) => [name, { shape, data: arrays.get(name)!.read() }]));
  const imageSize = Number(file.metadata.imageSize);
  const info = {
    arch,
    head,
    normalisation: readNormalisation(file.metadata, source),
    classes: parseClasses(file.metadata.classes, classes),
    imageSize: Number.isInteger(imageSize) ? imageSize : null,
  };
  return { model, info, notes: [...file.notes, ...notes] };
}
