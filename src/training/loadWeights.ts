// Weights from elsewhere for one job: a file's or another trial's, as they are for an evaluation, or fitted to what is to be learnt.
import type { NamedArrays } from "../nn/engine";
import type { WeightsInfo } from "../nn/weights";
import { findClasses } from "../protocol/findClasses";
import { LabError } from "../protocol/labError";
import { describePick, describeReplacement, describeScale } from "../protocol/replacement";
import { type Architecture, type TrialSettings, targetsOf, WITHOUT_FEATURES } from "../protocol/settings";
import type { Beginning, Trial, WeightsChoice, WhichWeights } from "../protocol/training";
import type { Notify } from "../storage/checkpoints";
import { sha256 } from "../storage/sha256";
import { readKeptWeights } from "./keptWeights";
import type { Tools } from "./workbench";

export interface LoadedWeights {
  /** How they are called in sentences. */
  source: string;
  model: NamedArrays;
  info: WeightsInfo;
  /** The bytes of the file that they are, or that they would be downloaded as. */
  bytes: ArrayBuffer;
  beginning: Pick<Beginning, "name" | "which" | "notes">;
}

const namesOf = (settings: TrialSettings) => targetsOf(settings).map(({ target }) => target);

/**
 * The chosen weights; null for those the seed gives. `arch` is only said of a file that does not tell its own.
 * @throws LabError weightsUnreadable, weightsMismatch, checkpointDamaged
 */
export async function loadWeights(tools: Tools, choice: WeightsChoice, arch: Architecture): Promise<LoadedWeights | null> {
  switch (choice.kind) {
    case "fresh":
      return null;
    case "file":
      return loadFile(tools, choice.file, choice.name, arch);
    case "trial": {
      const { trialId, which } = choice;
      const trial = await tools.trials.read(trialId);
      const notes: string[] = [];
      const { model, info, bytes } = await exportKept(tools, trial, which, (notice) => notes.push(notice));
      const beginning = { name: `trial-${trialId}`, which, notes };
      return { source: `Trial ${trialId}`, model, info, bytes, beginning };
    }
  }
}

/**
 * What films are predicted with: the chosen weights, null for those the seed gives, and the settings with the network that the weights are of.
 * A network that is trained is to predict on any card, checked or not, and alike: whatever it was trained in, it multiplies floats here.
 * `notices`: that a checkpoint is damaged, and what stands in for it.
 * @throws LabError as `loadWeights`; weightsMismatch where they are not of these targets
 */
export async function loadNetwork(
  tools: Tools,
  { settings, weights }: { settings: TrialSettings; weights: WeightsChoice },
): Promise<{ loaded: LoadedWeights | null; settings: TrialSettings; notices: string[] }> {
  const plain = { ...settings, ...WITHOUT_FEATURES };
  const loaded = await loadWeights(tools, weights, settings.arch);
  if (!loaded) return { loaded, settings: plain, notices: [] };
  const picked = pickTargets(tools, loaded, settings);
  demandTargets(picked, settings);
  const { arch, head, normalisation } = picked.info;
  // Of a file it is how it was read, which was said when it was chosen.
  const notices = weights.kind === "trial" ? loaded.beginning.notes : [];
  return { loaded: picked, settings: { ...plain, arch, head, normalisation }, notices };
}

/** A whole network from a file. `arch` as in `loadWeights`. @throws LabError weightsUnreadable, weightsMismatch */
export async function loadFile(tools: Tools, file: Blob, name: string, arch: Architecture): Promise<LoadedWeights> {
  const bytes = await readFile(file, name);
  const { model, info, notes } = tools.readWeights(bytes, name, arch);
  return { source: name, model, info, bytes, beginning: { name, which: null, notes } };
}

/**
 * A trial's kept weights, and the file that they are downloaded as. `notice` as in `readKeptWeights`.
 * @throws LabError weightsUnreadable, checkpointDamaged
 */
export async function exportKept(tools: Tools, trial: Trial, which: WhichWeights, notice: Notify) {
  const kept = await describeKept(tools, trial, which, notice);
  return { ...kept, bytes: tools.writeWeights(kept.model, kept.info, kept.origin) };
}

/** A trial's kept weights, and what any file says of them. `notice` and errors as in `readKeptWeights`. */
export async function describeKept(tools: Tools, trial: Trial, which: WhichWeights, notice: Notify) {
  const { model, origin } = await readKeptWeights(tools.checkpoints, trial, which, notice);
  const { arch, head, normalisation, imageSize } = trial.settings;
  const info: WeightsInfo = { arch, head, normalisation, classes: namesOf(trial.settings), imageSize };
  return { model, info, origin };
}

/** The file stays on the disk until it is needed: it may be gone by then. */
async function readFile(file: Blob, name: string): Promise<ArrayBuffer> {
  try {
    return await file.arrayBuffer();
  } catch {
    throw new LabError(
      "weightsUnreadable",
      `${name} cannot be read any more: it was moved, changed or deleted. Choose it again.`,
      name,
    );
  }
}

/**
 * The network that a run with these settings begins with: the body is taken over, and of the head the logits of the targets' names, or all
 * of as many; one for other classes is drawn from the seed.
 * @throws LabError weightsMismatch where the architecture differs
 */
export async function beginFrom(
  tools: Tools,
  loaded: LoadedWeights,
  settings: TrialSettings,
): Promise<{ model: NamedArrays; beginning: Beginning }> {
  const { source, info, bytes, beginning } = loaded;
  demandArchitecture(info.arch, settings, source);
  const { arch, head, seed } = settings;
  const { model } = pickTargets(tools, loaded, settings);
  const replaced = describeReplacement(info, settings);
  const fitted = replaced ? tools.fitWeights(model, { arch, head, classes: targetsOf(settings).length }, seed) : model;
  const said = [describePick(info, settings), describeScale(info, settings)].filter((sentence) => sentence !== null);
  const notes = [...beginning.notes, ...said];
  return { model: fitted, beginning: { ...beginning, imageSize: info.imageSize, sha256: await sha256(bytes), replaced, notes } };
}

/** A kept trial that has the very weights from which another began; null where none has. */
export async function findBeginning(tools: Tools, { name, which, sha256: wanted }: Beginning): Promise<WeightsChoice | null> {
  if (!which) return null;
  // By its number here, or where it was brought in from.
  const isCalled = ({ id, origin }: Trial) => name === `trial-${id}` || name === `trial-${origin?.trial}`;
  for (const trial of (await tools.trials.list()).filter(isCalled)) {
    // Weights that are damaged or gone are none to begin from.
    const kept = await exportKept(tools, trial, which, () => {}).catch(() => null);
    if (kept && (await sha256(kept.bytes)) === wanted) return { kind: "trial", trialId: trial.id, which };
  }
  return null;
}

/** The weights with the logits of the targets alone, where they have all of them by name; else as they are. */
function pickTargets({ pickClasses }: Tools, loaded: LoadedWeights, settings: TrialSettings): LoadedWeights {
  const { model, info } = loaded;
  const wanted = namesOf(settings);
  const places = findClasses(info.classes, wanted);
  if (!places) return loaded;
  return { ...loaded, model: pickClasses(model, info.head, places), info: { ...info, classes: wanted } };
}

/** That these weights have a logit for each target: an evaluation of others would say nothing. @throws LabError weightsMismatch */
function demandTargets({ source, info: { classes } }: LoadedWeights, settings: TrialSettings): void {
  const wanted = namesOf(settings);
  if (classes.length === wanted.length) return;
  const count = (names: string[]) =>
    names.length === 0 ? "no target" : `${names.length} ${names.length === 1 ? "target" : "targets"} (${listNames(names)})`;
  const message = `${source} tells ${count(classes)}, and ${count(wanted)} ${wanted.length === 1 ? "is" : "are"} to be told. Choose as many targets as the weights have, or other weights; a trial that begins from them replaces their classifier.`;
  throw new LabError("weightsMismatch", message, "classifier.weight");
}

const MOST_NAMES = 5;
const listNames = (names: string[]) => `${names.slice(0, MOST_NAMES).join(", ")}${names.length > MOST_NAMES ? " and so on" : ""}`;

function demandArchitecture(arch: Architecture, settings: TrialSettings, source: string): void {
  if (arch === settings.arch) return;
  const message = `${source} holds a ${arch}, but ${settings.arch} is chosen. Choose ${arch} as Architecture.`;
  throw new LabError("weightsMismatch", message, "Architecture");
}
