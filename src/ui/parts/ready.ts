// Whether the GPU is free to be asked for something, and why not, in a sentence.
import { chooseFit } from "../../app/fit";
import { findFeatureOff } from "../../app/offeredFeatures";
import type { LabState, RunState } from "../../app/state";
import { isTestSet, NOTHING_TO_TRAIN } from "../../protocol/testSet";

/** A run that has the GPU, paused or not. */
export const isUnderWay = (state: RunState["state"]) => ["running", "pausing", "paused", "stopping"].includes(state);

/** What must come before LR Find or Train can start; null where nothing must. */
export function whatComesFirst(lab: LabState): string | null {
  const { tab, gpu, dataset, preparation, run, finder, evaluation, forecast, again, gpuCheck } = lab;
  if (tab === "looksOn") return "Another tab of the lab acts; this one looks on.";
  if (gpu.state === "missing") return "This browser offers no WebGPU to train on.";
  if (gpu.state === "software") return "Accept the slow software adapter above, or open the page where there is a GPU.";
  if (gpu.state === "asking") return "The browser is being asked for a GPU.";
  if (gpuCheck.state === "running" || gpuCheck.state === "stopping")
    return "The graphics card is being checked: wait, or stop it.";
  if (isUnderWay(run.state)) return "A trial is being trained: stop it first.";
  if (finder.state === "running" || finder.state === "stopping")
    return "The learning rate is being looked for: wait, or stop it.";
  if (evaluation.state === "running" || evaluation.state === "stopping")
    return "An evaluation is running: wait for its end, or stop it.";
  if (dataset.state !== "ready") return "Open a dataset and prepare its films first.";
  if (again.file && preparation.sample && !again.differences && !again.failure)
    return `What is here is being compared with ${again.file.name}.`;
  if (!preparation.sample) return "Prepare the films first: the network reads the prepared ones.";
  if (isTestSet(preparation.sample.summary)) return NOTHING_TO_TRAIN;
  if (forecast.of && forecast.forecast && !chooseFit(forecast.forecast, forecast.of).fits)
    return "The batch does not fit the GPU budget: choose one of the ways below.";
  return findFeatureOff(lab, lab.settings);
}
