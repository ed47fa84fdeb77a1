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
import { DENSENETS, findHead, LAST_LAYERS, listArrays } from "./densenet";
import type { NamedArrays } from "./engine";
import type { ArrayFile, LazyArrays } from "./lazyArrays";
import { mapNames } from "./mapNames";
import { checkArrays } from "./namedArrays";
import { readSafetensors, writeSafetensors } from "./safetensors";
import { isTorchFile, readTorchFile } from "./torchFiles/readTorchFile";
import { readXrv } from "./xrv";

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

/** What a file says of the weights that it holds, in any format. `origin`, where they come from, stands in it as it is. */
export function describeWeights(
  { arch, head, normalisation, classes, imageSize }: WeightsInfo,
  origin: Record<string, string>,
): Record<string, string> {
  const { mean, std } = CHANNEL_MOMENTS[normalisation];
  return {
    ...origin,
    formatVersion: FORMAT_VERSION,
    architecture: arch,
    head,
    classes: JSON.stringify(classes),
    mean: JSON.stringify(mean),
    std: JSON.stringify(std),
    ...(imageSize !== null && { imageSize: String(imageSize) }),
  };
}

/** A model as a safetensors file. */
export function writeWeights(model: NamedArrays, info: WeightsInfo, origin: Record<string, string> = {}): ArrayBuffer {
  return writeSafetensors({ arrays: model, metadata: describeWeights(info, origin) });
}

/** As the file names them, or else as is known of such files; what has no name is called by its place. */
function nameClasses(text: string | undefined, known: string[] | null, count: number): string[] {
  const names = parseNames(text, count) ?? known ?? [];
  return Array.from({ length: count }, (_, index) => names[index] || `class ${index + 1}`);
}

function parseNames(text: string | undefined, count: number): string[] | null {
  try {
    const names: unknown = JSON.parse(text ?? "");
    if (Array.isArray(names) && names.length === count && names.every((name) => typeof name === "string")) return names;
  } catch {
    // A file from elsewhere need not name its classes.
  }
  return null;
}

function readArrays(buffer: ArrayBuffer, source: string): ArrayFile {
  if (isTorchFile(buffer)) {
    const { arrays, within, metadata } = readTorchFile(buffer, source);
    const notes = within ? [`The weights stand under “${within}” in the file.`] : [];
    if (metadata.module)
      notes.push(`The file holds a whole ${metadata.module}: its arrays were read, and nothing of it was run.`);
    return { arrays, metadata, notes };
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

/** The one that has most of the arrays, by name and shape; of none, `chosen`. */
function nearestArchitecture(arrays: LazyArrays, chosen: Architecture): Architecture {
  const countShared = (arch: Architecture) =>
    listArrays(DENSENETS[arch], 1).filter(({ name, shape }) => arrays.get(name)?.shape.join() === shape.join()).length;
  const counted = [chosen, ...ARCHITECTURES].map((arch) => ({ arch, shared: countShared(arch) }));
  return counted.reduce((best, one) => (one.shared > best.shared ? one : best)).arch;
}

function readDeclared({ architecture }: Record<string, string>, source: string): Architecture | null {
  if (architecture === undefined) return null;
  const known = ARCHITECTURES.find((name) => name === architecture);
  if (known) return known;
  const message = `${source} says it holds a ${architecture}, which the lab does not have. Choose a file of ${ARCHITECTURES.join(", ")}.`;
  throw new LabError("weightsMismatch", message, "Architecture");
}

/** `implied` where the file says nothing of it. */
function readNormalisation({ mean, std }: Record<string, string>, implied: Normalisation, source: string): Normalisation {
  if (mean === undefined && std === undefined) return implied;
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
 * Reads a weights file of any network that the lab has: safetensors, or what torch.save writes of a state dict or a whole model, under today's
 * names of torchvision, which are timm's too, early ones or fastai's; or torchxrayvision's. Every array of the network must be there, and no
 * other; only `num_batches_tracked` may be missing, as in torchvision's oldest files, and is then 0, and all of the classifier (timm's
 * `num_classes=0`), which leaves no classes. Where the file does not tell the architecture, it is the one that it has most arrays of, so that
 * the error says what it lacks of that; `chosen` where it has none of any. `source` names the file in errors.
 * @throws LabError weightsUnreadable, also where a value is no number; weightsMismatch naming the arrays
 */
export function readWeights(buffer: ArrayBuffer, source: string, chosen: Architecture): ReadWeights {
  const file = readArrays(buffer, source);
  const mapped = mapNames(file.arrays, source);
  const xrv = readXrv(mapped.arrays, file.metadata);
  const { arrays } = xrv ?? mapped;
  const arch = readDeclared(file.metadata, source) ?? nearestArchitecture(arrays, chosen);
  const { head, classes } = findHead(arrays) ?? demandFeatures(arrays, source);
  const all = listArrays(DENSENETS[arch], classes, head);
  const expected = classes > 0 ? all : all.filter(({ name }) => !name.startsWith(LAST_LAYERS[head]));
  for (const { name, role } of expected) {
    if (role === "batches" && !arrays.has(name)) arrays.set(name, { shape: [], read: () => new Float32Array(1) });
  }
  checkArrays(expected, arrays, source, arch);
  const model: NamedArrays = new Map(expected.map(({ name, shape }) => [name, { shape, data: arrays.get(name)!.read() }]));
  checkFinite(model, source);
  const imageSize = Number(file.metadata.imageSize);
  const info: WeightsInfo = {
    arch,
    head,
    normalisation: readNormalisation(file.metadata, xrv ? "xrv" : "imagenet", source),
    classes: nameClasses(file.metadata.classes, xrv?.findings ?? null, classes),
    imageSize: Number.isInteger(imageSize) ? imageSize : (xrv?.imageSize ?? null),
  };
  return {
    model,
    info,
    notes: [...(xrv ? [xrv.describe(arch, classes)] : []), ...file.notes, ...mapped.notes, ...(xrv?.notes ?? [])],
  };
}

/** One of them spoils the scores of every film, at whatever learning rate. @throws LabError weightsUnreadable naming the array */
function checkFinite(model: NamedArrays, source: string): void {
  for (const [name, { data }] of model) {
    const value = data.find((one) => !Number.isFinite(one));
    if (value === undefined) continue;
    const message = `${source} holds ${value} in ${name}: these weights ran away in training, or are damaged. Choose another file.`;
    throw new LabError("weightsUnreadable", message, name);
  }
}

/** A network without its classifier, of which a trial can begin. @throws LabError weightsMismatch where it is no DenseNet at all */
function demandFeatures(arrays: LazyArrays, source: string): { head: Head; classes: number } {
  const holds = (start: string) => [...arrays.keys()].some((name) => name.startsWith(start));
  if (holds("features.conv0.") && !holds("classifier.") && !holds("head.")) return { head: "linear", classes: 0 };
  throw new LabError(
    "weightsMismatch",
    `${source} holds no classifier.weight, and no head.8.weight of fastai's head, so it is no DenseNet. Choose another file.`,
    "classifier.weight",
  );
}
