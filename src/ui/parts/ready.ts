// Whether the GPU is free to be asked for something, and why not, in a sentence.
import type { LabState } from "../../app/state";

/** What must come before LR Find or Train can start; null where nothing must. */
export function whatComesFirst({ gpu, dataset, preparation, run, finder, evaluation }: LabState): string | null {
  if (gpu.state === "missing") return "This browser offers no WebGPU to train on.";
  if (gpu.state === "software") return "Accept the slow software adapter above, or open the page where there is a GPU.";
  if (gpu.state === "asking") return "The browser is being asked for a GPU.";
  if (["running", "pausing", "paused", "stopping"].includes(run.state)) return "A trial is being trained: stop it first.";
  if (finder.state === "running" || finder.state === "stopping")
    return "The learning rate is being looked for: wait, or stop it.";
  if (evaluation.state === "running" || evaluation.state === "stopping")
    return "An evaluation is running: wait for its end, or stop it.";
  if (dataset.state !== "ready") return "Open a dataset and prepare its films first.";
  if (!preparation.sample) return "Prepare the films first: the network reads the prepared ones.";
  return null;
}
