// What the rail says of each step: a line of figures, and whether the step is done. Pure; it draws nothing.
import { preparedTestSet } from "../../app/evaluated";
import { bestAuroc } from "../../app/offeredWeights";
import type { LabState, StepName } from "../../app/state";
import { DEFAULT_SETTINGS } from "../../protocol/settings";
import {
  formatCount,
  formatDuration,
  formatFinderStep,
  formatLr,
  formatMetric,
  formatPlural,
  LABEL_FORMAT_NAMES,
  nameAuroc,
} from "../parts/format";

export interface RailLine {
  title: string;
  line: string;
  done: boolean;
}

export function railLines(lab: LabState): Record<StepName, RailLine> {
  const prepared = lab.preparation.sample;
  const { run, evaluation } = lab;
  return {
    dataset: { title: "Dataset", line: datasetLine(lab), done: isTrainable(lab) },
    balance: { title: "Balance", line: balanceLine(lab), done: prepared !== null },
    finder: { title: "LR Find", line: finderLine(lab), done: isLrFound(lab) },
    train: { title: "Train", line: trainLine(lab), done: run.state === "done" },
    evaluate: { title: "Evaluate", line: evaluateLine(lab), done: evaluation.evaluation !== null },
    trials: { title: "Trials", line: trialsLine(lab), done: false },
  };
}

/** Not where the step says that nothing can be trained from the choice. */
function isTrainable({ dataset, sample }: LabState): boolean {
  return dataset.state === "ready" && sample.failure === null && !sample.summary?.problem;
}

function datasetLine({ dataset }: LabState): string {
  switch (dataset.state) {
    case "empty":
      return "choose a folder";
    case "opening":
      return "being read";
    case "failed":
      return "could not be read";
    case "ready":
      return dataset.summary
        ? `${formatPlural(dataset.summary.films, "film")}, ${LABEL_FORMAT_NAMES[dataset.summary.format]}`
        : "";
  }
}

function balanceLine({ sample, settings, preparation }: LabState): string {
  if (preparation.state === "running" && preparation.progress) {
    const { done, total } = preparation.progress;
    return `preparing ${formatCount(done)} of ${formatCount(total)}`;
  }
  const summary = sample.summary;
  if (!summary) return sample.state === "counting" ? "counting" : "after films are open";
  if (summary.problem || sample.state === "failed") return "cannot be trained";
  const { positives, negatives } = summary.after;
  if (settings.validation === "all") return `test set, ${formatCount(positives)} + ${formatCount(negatives)}`;
  if (settings.balance === "weight") return `positives count ×${summary.targets[0]?.positiveWeight.toFixed(1)}`;
  if (settings.balance === "none") return `${formatCount(positives)} against ${formatCount(negatives)}`;
  const fresh = settings.balance === "undersample" && settings.freshEachEpoch ? ", fresh each epoch" : "";
  return `${formatCount(positives)} + ${formatCount(negatives)}${fresh}`;
}

function finderLine(lab: LabState): string {
  const { finder, preparation, settings } = lab;
  if (finder.state === "running") return formatFinderStep(finder.progress);
  if (finder.state === "failed") return "failed";
  const isOwn = hasOwnMaxLr(lab);
  if (isOwn || finder.result) return `${isOwn ? "" : "default "}max LR ${formatLr(settings.maxLr)}`;
  if (preparedTestSet(lab)) return NOTHING;
  return preparation.sample ? "ready" : "after films are prepared";
}

/** Of a test set. */
const NOTHING = "nothing to train on";

function isLrFound(lab: LabState): boolean {
  const { state } = lab.finder;
  return state === "done" || ((state === "idle" || state === "stopped") && hasOwnMaxLr(lab));
}

/** Whether the person has set the max LR, typed or picked on a curve. */
function hasOwnMaxLr({ finder, settings }: LabState): boolean {
  return finder.chosen !== null || settings.maxLr !== DEFAULT_SETTINGS.maxLr;
}

function trainLine(lab: LabState): string {
  const { run, settings, preparation } = lab;
  const steps = `${formatCount(run.stepsSeen)} of ${formatCount(run.stepsTotal)}`;
  switch (run.state) {
    case "idle":
      if (preparedTestSet(lab)) return NOTHING;
      return preparation.sample
        ? `${formatPlural(settings.epochs, "epoch")} at ${settings.imageSize} px`
        : "after films are prepared";
    case "running": {
      const epochs = run.trial?.settings.epochs ?? settings.epochs;
      const epoch = Math.min(epochs, (run.steps.epoch[run.stepsSeen - 1] ?? 0) + 1);
      const left = run.secondsLeft > 0 ? `, ${formatDuration(run.secondsLeft)} left` : "";
      return `epoch ${epoch} of ${epochs}${left}`;
    }
    case "pausing":
    case "paused":
    case "stopping":
    case "stopped":
      return `${run.state} at step ${steps}`;
    case "failed":
      return "failed";
    case "done":
      return `trial ${run.trial?.id ?? ""} finished`;
  }
}

function evaluateLine({ evaluation, run, weights }: LabState): string {
  if (evaluation.state === "running") return `${formatCount(evaluation.done)} of ${formatCount(evaluation.total)}`;
  if (evaluation.evaluation) {
    const { auroc, targets } = evaluation.evaluation;
    return `${nameAuroc(targets.length)} ${formatMetric(auroc)}`;
  }
  return run.trial?.checkpoints.last || weights.choice.kind !== "fresh" ? "ready" : "after the first epoch";
}

function trialsLine({ trials }: LabState): string {
  if (trials.length === 0) return "none yet";
  const best = bestAuroc(trials);
  return `${formatPlural(trials.length, "trial")}${best === null ? "" : `, best AUROC ${formatMetric(best)}`}`;
}
