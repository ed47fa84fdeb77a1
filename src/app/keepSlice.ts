// Keeps a part of the page's state across a reload: its settings, how its trials are looked at, which trial is to be repeated. It neither checks
// nor changes them (storage/settings.ts, storage/trialsView.ts and storage/again.ts do).
import { toFailure } from "../protocol/labError";
import type { LabContext } from "./context";
import type { LabState } from "./state";

type KeptPart = "settings" | "trialsView" | "again";

interface KeptStore<Value> {
  read(): Promise<Value>;
  write(value: Value): Promise<void>;
}

/** Resolves once what was kept is the page's; a change is kept from the moment of the call. */
export async function keepSlice<Part extends KeptPart>(
  { store, say }: Pick<LabContext, "store" | "say">,
  part: Part,
  kept: KeptStore<LabState[Part]>,
): Promise<void> {
  const sayWhy = (error: unknown) => say(toFailure(error).message);
  const untouched = store.getState()[part];
  store.subscribe((state, before) => {
    if (state[part] !== before[part]) kept.write(state[part]).catch(sayWhy);
  });
  try {
    const value = await kept.read();
    // What was changed in the meantime is newer.
    if (store.getState()[part] === untouched) store.setState({ [part]: value } as Pick<LabState, Part>);
  } catch (error) {
    sayWhy(error);
  }
}
