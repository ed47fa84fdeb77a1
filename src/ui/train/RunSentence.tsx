// What is so about the run, in a sentence: where it stands, and what closing the tab would lose.
import { useEffect, useState } from "react";
import type { RunState } from "../../app/state";
import { failsAgain } from "../../protocol/labError";
import { targetsOf } from "../../protocol/settings";
import type { CheckpointRef } from "../../protocol/training";
import { useLab } from "../labContext";
import {
  formatArchitecture,
  formatCount,
  formatDuration,
  formatLr,
  formatMetric,
  formatPlural,
  nameAuroc,
} from "../parts/format";
import { whatComesFirst } from "../parts/ready";
import { useLooksOn } from "../parts/useLooksOn";

export function RunSentence() {
  const run = useLab((lab) => lab.run);
  const settings = useLab((lab) => lab.settings);
  const first = useLab(whatComesFirst);
  const now = useNow(run.state === "running");
  const looksOn = useLooksOn();
  const { trial, stepsSeen, stepsTotal, secondsLeft, phase, phaseDetail } = run;
  const at = `Step ${formatCount(stepsSeen)} of ${formatCount(stepsTotal)}`;

  switch (run.state) {
    case "running": {
      if (phase && phase !== "training" && phaseDetail) return stepsSeen > 0 ? `${at}. ${phaseDetail}` : phaseDetail;
      const left = secondsLeft > 0 ? `, ${formatDuration(secondsLeft)} left` : "";
      return `${at}${left}. ${describeCheckpoint(trial?.checkpoints.last ?? null, now, looksOn)}`;
    }
    case "pausing":
      return "Pausing after the step under way.";
    case "paused":
      return `${at}, paused. ${describeCheckpoint(trial?.checkpoints.last ?? null, now, looksOn)}`;
    case "stopping":
      return "Stopping after the step under way.";
    case "stopped":
      return `${at}. ${trial?.checkpoints.last ? "Resume goes on from its last checkpoint." : "It left no checkpoint: Resume begins it again."}`;
    case "failed":
      return `${at}. ${describeRest(run)}`;
    case "done": {
      const auroc = trial?.epochs.at(-1)?.auroc;
      const name = nameAuroc(trial ? targetsOf(trial.settings).length : 1);
      const result = auroc == null ? "" : ` with a validation ${name} of ${formatMetric(auroc)}`;
      const finished = `Trial ${trial?.id ?? ""} finished after ${formatCount(trial?.stepsDone ?? stepsTotal)} steps${result}, in ${formatDuration(trial?.seconds ?? 0)}.`;
      // Why another cannot be trained now.
      return first ? `${finished} ${first}` : finished;
    }
    case "idle": {
      const { epochs, arch, imageSize, maxLr } = settings;
      return (
        first ??
        `Ready: ${formatPlural(epochs, "epoch")} of ${formatArchitecture(arch)} at ${imageSize} px, max LR ${formatLr(maxLr)}.`
      );
    }
  }
}

/** What a run that failed has left, and whether it can go on from there. */
function describeRest({ trial, failure }: RunState): string {
  const kept = trial?.checkpoints.last;
  const goesOn = !failsAgain(failure);
  if (!kept) return goesOn && trial ? "No checkpoint was written: Resume begins it again." : "No checkpoint was written.";
  const step = `The checkpoint of step ${formatCount(kept.step)} is kept`;
  return goesOn ? `${step}; Resume goes on from it.` : `${step}, from before the numbers failed.`;
}

function describeCheckpoint(checkpoint: CheckpointRef | null, now: number, looksOn: boolean): string {
  const tab = looksOn ? "the other tab" : "this tab";
  if (!checkpoint) return `The first checkpoint is still to come; until then keep ${tab} open.`;
  const age = Math.max(0, (now - Date.parse(checkpoint.savedAt)) / 1000);
  return `The last checkpoint is ${formatDuration(age)} old; closing ${tab} loses nothing before it.`;
}

/** The time, told anew each second while `ticking`. */
function useNow(ticking: boolean): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!ticking) return;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [ticking]);
  return now;
}
