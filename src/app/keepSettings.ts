// Keeps the page's settings across a reload. It neither checks nor changes them (storage/settings.ts does).
import { toFailure } from "../protocol/labError";
import type { SettingsStore } from "../storage/settings";
import type { LabContext } from "./context";

/** Resolves once the kept settings are the page's; a change of settings is kept from the moment of the call. */
export async function keepSettings({ store, say }: Pick<LabContext, "store" | "say">, kept: SettingsStore): Promise<void> {
  const sayWhy = (error: unknown) => say(toFailure(error).message);
  const { settings: untouched } = store.getState();
  store.subscribe(({ settings }, before) => {
    if (settings !== before.settings) kept.write(settings).catch(sayWhy);
  });
  try {
    const settings = await kept.read();
    // What was changed in the meantime is newer.
    if (store.getState().settings === untouched) store.setState({ settings });
  } catch (error) {
    sayWhy(error);
  }
}
