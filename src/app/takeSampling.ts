// Takes over how a dataset was read and sampled elsewhere, by a recipe or a trial: wholly, or not at all.
import type { SampledRows } from "../protocol/dataset";
import { LabError } from "../protocol/labError";
import type { TrialSettings } from "../protocol/settings";
import type { LabContext } from "./context";
import type { LabCommands } from "./labCommands";
import { isReadAlike, type ReadDataset, type Reading, requireReadable } from "./recipes";
import type { LabState } from "./state";

/** @throws LabError noFilms */
export function demandDataset({ dataset: { summary } }: LabState) {
  if (!summary) throw new LabError("noFilms", "No dataset is open. Drop a folder of films first.");
  return summary;
}

/**
 * Reads the open dataset's labels as they were read `then`, and makes the settings the page's.
 * @param name of the file that says so
 * @returns the rows that are sampled now
 * @throws LabError where the dataset cannot be read so, or has no such columns; it and the settings are then as they were
 */
export type TakeSampling = (name: string, then: ReadDataset, change: Partial<TrialSettings>) => Promise<SampledRows>;

export function createTakeSampling(
  { store, workers }: Pick<LabContext, "store" | "workers">,
  commands: Pick<LabCommands, "changeSettings" | "readLabelsAs">,
): TakeSampling {
  async function readAs({ format, mapping }: Reading): Promise<void> {
    await commands.readLabelsAs({ format, mapping: mapping ?? undefined });
    const { state, failure } = store.getState().dataset;
    if (state === "failed" && failure) throw new LabError(failure.code, failure.message, failure.at);
  }

  return async (name, then, change) => {
    const before = demandDataset(store.getState());
    const { settings } = store.getState();
    const rereads = !isReadAlike(then, before);
    if (rereads) requireReadable(then, before, name);
    try {
      if (rereads) await readAs(then);
      // Before the page's own settings go: a recipe of other columns changes nothing.
      const rows = await workers.dataset.exportSample({ ...settings, ...change });
      commands.changeSettings(change);
      return rows;
    } catch (error) {
      // Unless another folder took its place meanwhile.
      if (rereads && store.getState().dataset.state !== "opening") {
        await readAs(before);
        commands.changeSettings(settings);
      }
      throw error;
    }
  };
}
