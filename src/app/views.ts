// What is said of test-time augmentation. It draws no view: see training/augment.ts.
import type { Evaluation } from "../protocol/training";

const WHOSE = { chosen: "the chosen", fastai: "fastai's" };

/** To follow the name of what was evaluated; nothing where films were seen as they are. */
export function describeViews({ views }: Pick<Evaluation, "views">): string {
  return views ? `, averaged over ${views.count} views by ${WHOSE[views.augmentation]} augmentation` : "";
}
