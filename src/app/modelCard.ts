// A trained network's model card (Mitchell et al. 2019): what it learnt of, how good it is and where it is not to be used, as facts. As
// text, modelCardText.ts writes it.
import { CHANNEL_MOMENTS, preparationOf, samplingOf, type TargetSettings, targetsOf } from "../protocol/settings";
import type { Calibration, Correction, Estimate, GroupSummary, OperatingPoint, ThresholdRule } from "../protocol/statistics";
import type { Trial, WhichWeights } from "../protocol/training";
import { type ReviewedFigures, type ReviewedTarget, wasEpochChosen } from "./review";
import { NEGATIVES } from "./scoredFilms";
import { listSetAside, type SetAside } from "./setAside";
import type { Shares } from "./state";

/** Which weights the card is of. */
export interface CardWeights {
  which: WhichWeights;
  /** As the weights file is called. */
  name: string;
  /** Of the weights file, which the lab writes the same each time. */
  sha256: string;
}

/** A target on the validation films whose label is known. Intervals are of 95 %. */
export interface CardFigures extends Shares {
  target: string;
  films: number;
  positives: number;
  patients: number;
  /** Fewer than ten patients of a class: the intervals are too narrow. */
  small: boolean;
  auroc: Estimate | null;
  aurocByPatient: Estimate | null;
  averagePrecision: number | null;
  averagePrecisionByPatient: Estimate | null;
  calibration: Pick<Calibration, "brier" | "ece"> | null;
  /** `logit / temperature + shift` is the logit at the place of use. */
  correction: Correction;
  rule: ThresholdRule;
  operatingPoint: OperatingPoint | null;
  /** Of the main target; at the end all positive films against negatives of one kind, where there are both. */
  groups: CardGroup[];
}

export interface CardGroup extends Omit<GroupSummary, "group"> {
  by: string;
  name: string;
}

export interface ModelCard {
  formatVersion: 1;
  trial: string;
  parent: string | null;
  createdAt: string;
  weights: CardWeights;
  model: {
    architecture: string;
    head: string;
    /** One for each logit. */
    classes: string[];
    imageSize: number;
    mean: number[];
    std: number[];
    preparation: ReturnType<typeof preparationOf>;
  };
  targets: TargetSettings[];
  dataset: Pick<Trial["dataset"], "name" | "format" | "rows" | "films" | "csvSha256" | "fingerprint">;
  sampling: ReturnType<typeof samplingOf>;
  sample: Pick<Trial["sample"], "before" | "train" | "valid"> & { setAside: SetAside[] };
  training: Pick<
    Trial["settings"],
    "epochs" | "batchSize" | "schedule" | "maxLr" | "weightDecay" | "loss" | "seed" | "activations" | "arithmetic"
  > & {
    epochsDone: number;
    /** SHA-256 of the weights that it began from. */
    beginning: string | null;
    versions: Record<string, string>;
    adapter: string | null;
    /** Whether the card passed its check; null where it was not checked before. */
    adapterPassed: boolean | null;
  };
  /** Null where no validation was kept with these weights. */
  validation: { epoch: number; chosenOnTheseFilms: boolean; targets: CardFigures[] } | null;
}

export function makeModelCard(trial: Trial, weights: CardWeights, figures: ReviewedFigures | null): ModelCard {
  const { settings, dataset, sample } = trial;
  const { arch: architecture, head, imageSize, normalisation } = settings;
  const { name, format, rows, films, csvSha256, fingerprint } = dataset;
  const { before, train, valid } = sample;
  const { epochs, batchSize, schedule, maxLr, weightDecay, loss, seed, activations, arithmetic } = settings;
  const targets = targetsOf(settings);
  return {
    formatVersion: 1,
    trial: `trial-${trial.id}`,
    parent: trial.parent,
    createdAt: trial.createdAt,
    weights,
    model: {
      architecture,
      head,
      classes: targets.map(({ target }) => target),
      imageSize,
      ...CHANNEL_MOMENTS[normalisation],
      preparation: preparationOf(settings),
    },
    targets,
    dataset: { name, format, rows, films, csvSha256, ...(fingerprint !== undefined && { fingerprint }) },
    // Which films a person doubted is nobody else's; how many is among what was set aside.
    sampling: { ...samplingOf(settings), doubtful: [] },
    sample: { before, train, valid, setAside: listSetAside(trial) },
    training: {
      epochs,
      batchSize,
      schedule,
      maxLr,
      weightDecay,
      loss,
      seed,
      activations,
      arithmetic,
      epochsDone: trial.epochs.length,
      beginning: trial.beginning?.sha256 ?? null,
      versions: trial.versions,
      adapter: trial.adapter?.name ?? null,
      adapterPassed: trial.gpuCheck?.passed ?? null,
    },
    validation: figures && {
      epoch: figures.epoch,
      chosenOnTheseFilms: wasEpochChosen(figures, trial),
      targets: figures.targets.map((target) => describeTarget(target, figures.groupings)),
    },
  };
}

/** What a program that runs the network finds in its file's metadata, beside the card itself. */
export function tellPrograms(card: ModelCard): Record<string, string> {
  const operatingPoints = (card.validation?.targets ?? []).map(({ target, rule, operatingPoint, correction }) => ({
    target,
    rule,
    logit: operatingPoint?.threshold ?? null,
    probability: operatingPoint?.probability ?? null,
    correction,
  }));
  return {
    weightsSha256: card.weights.sha256,
    preparation: JSON.stringify(card.model.preparation),
    operatingPoints: JSON.stringify(operatingPoints),
    modelCard: JSON.stringify(card),
  };
}

function describeTarget(
  { target, shares, summary, rule, reading }: ReviewedTarget,
  groupings: ReviewedFigures["groupings"],
): CardFigures {
  const { films, positives, patients, small, auroc, averagePrecision, byPatient } = summary;
  const { calibration, correction, operatingPoint, groups, negatives } = reading;
  const parts = [...groupings, NEGATIVES];
  return {
    target,
    ...shares,
    films,
    positives,
    patients,
    small,
    auroc,
    aurocByPatient: byPatient.auroc,
    averagePrecision,
    averagePrecisionByPatient: byPatient.averagePrecision,
    calibration: calibration && { brier: calibration.brier, ece: calibration.ece },
    correction,
    rule,
    operatingPoint,
    groups: [...groups, negatives].flatMap((of, at) => {
      const { by = "", names = [] } = parts[at] ?? {};
      return of.map(({ group, ...figures }) => ({ by, name: names[group] ?? "", ...figures }));
    }),
  };
}
