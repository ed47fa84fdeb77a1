// The list of trials as the training worker keeps it, taken over in parts: thousands in one message would hold the page up while it is unpacked.
import type { TrainApi, Trial } from "../protocol/training";

/** Some milliseconds' work. */
const AT_ONCE = 100;

/** By number. */
export async function readTrials(training: Pick<TrainApi, "listTrialNumbers" | "listTrials">): Promise<Trial[]> {
  const ids = await training.listTrialNumbers();
  const trials: Trial[] = [];
  for (let from = 0; from < ids.length; from += AT_ONCE) {
    trials.push(...(await training.listTrials(ids.slice(from, from + AT_ONCE))));
  }
  return trials;
}
