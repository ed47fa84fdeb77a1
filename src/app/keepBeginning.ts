// Keeps across a reload which earlier trial the next one begins from, as keepSlice.ts keeps the settings chosen with it.
import { toFailure } from "../protocol/labError";
import type { BeginningStore } from "../storage/beginning";
import type { LabContext } from "./context";
import { FRESH_WEIGHTS } from "./initialState";
import { nameWeights, offerWeights } from "./offeredWeights";

/** To be called once trials are listed. Resolves once the kept choice is the page's, where its trial still has such weights. */
export async function keepBeginning({ store, say }: Pick<LabContext, "store" | "say">, kept: BeginningStore): Promise<void> {
  const sayWhy = (error: unknown) => say(toFailure(error).message);
  const { weights: untouched } = store.getState();
  store.subscribe(({ weights: { choice } }, before) => {
    if (choice !== before.weights.choice) kept.write(choice).catch(sayWhy);
  });
  try {
    const choice = await kept.read();
    const { trials, weights } = store.getState();
    const trial = trials.find(({ id }) => id === choice?.trialId);
    if (!choice || !trial || weights !== untouched) return;
    if (!offerWeights(trial).some(({ which }) => which === choice.which)) return;
    store.setState({ weights: { ...FRESH_WEIGHTS, choice, label: nameWeights(choice.trialId, choice.which) } });
  } catch (error) {
    sayWhy(error);
  }
}
