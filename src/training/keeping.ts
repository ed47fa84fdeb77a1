// What of the kept trials and films can be listed, moved and removed. It trains nothing.
import { readStoreName } from "../data/filmStoreName";
import { sizeKept } from "../nn/keptSizes";
import { LabError } from "../protocol/labError";
import { targetsOf } from "../protocol/settings";
import type { StorageApi } from "../protocol/storage";
import type { Trial } from "../protocol/training";
import { packTrial, readTrialArchive } from "../storage/trialArchive";
import { toStepRecords } from "./history";
import { formatTrial } from "./trials";
import type { Tools } from "./workbench";

/** @param demandIdle throws where this very worker trains the trial: what for, in words */
export function createKeeping(
  { trials, checkpoints, films, holdTrial }: Tools,
  demandIdle: (trialId: number, what: string) => void,
): StorageApi {
  return {
    sizeKept: async (settings) => {
      const { arch, head, averageDecay } = settings;
      return sizeKept({ arch, head, classes: targetsOf(settings).length, averages: averageDecay > 0 });
    },

    async listFilmSets() {
      const byStore = new Map<string, number[]>();
      for (const { id } of await trials.list()) {
        const [store = ""] = (await trials.readSample(id)).store.split("@");
        byStore.set(store, [...(byStore.get(store) ?? []), id]);
      }
      const sets = await films.list();
      return sets.map((set) => ({ ...set, preparation: readStoreName(set.store), trials: byStore.get(set.store) ?? [] }));
    },
    removeFilmSet: (store) => films.remove(store),

    async tidy() {
      const strays = [...(await trials.listStray()), ...(await checkpoints.listStray(await trials.list()))];
      for (const id of new Set(strays)) {
        await holdTrial(id, async () => {
          // As it is now that no other tab adds, trains or deletes it.
          const trial = (await trials.list()).find((one) => one.id === id);
          if (trial) return checkpoints.tidy(id);
          await trials.remove(id);
          await checkpoints.removeAll(id);
        }).catch(leaveHeld);
      }
    },

    async exportArchive(trialId) {
      demandIdle(trialId, "exporting it");
      return holdTrial(trialId, async () => {
        const trial = await trials.read(trialId);
        const notices: string[] = [];
        const last = await checkpoints.read(trial, "last");
        const file = JSON.parse(formatTrial(trial, last ? toStepRecords(last.steps) : []));
        const content = { trial, sample: await trials.readSample(trialId), file };
        return {
          file: await packTrial(
            content,
            checkpoints.readRecords(trial, (notice) => notices.push(notice)),
          ),
          notices,
        };
      });
    },

    async importArchive(file) {
      const archived = await readTrialArchive(file, file.name);
      const id = await trials.reserve();
      return holdTrial(id, async () => {
        try {
          const kept = await checkpoints.adopt(id, archived.trial.checkpoints, archived.records());
          const trial = { ...bringIn(archived.trial, file.name), id, checkpoints: kept };
          await trials.add(trial, archived.sample);
          return await trials.read(id);
        } catch (error) {
          await trials.remove(id);
          await checkpoints.removeAll(id);
          if (!(error instanceof LabError) || error.code !== "checkpointDamaged") throw error;
          const message = `${file.name} is damaged: ${error.message} Export the trial again where it was trained, or copy the file anew.`;
          throw new LabError("archiveUnreadable", message, file.name);
        }
      });
    },
  };
}

/** It went no further than where it was exported, and what it began from is numbered as there. */
function bringIn({ id, parent, state, ...trial }: Trial, file: string): Omit<Trial, "id"> {
  return {
    ...trial,
    parent: parent && `${parent} of ${file}`,
    state: state === "running" || state === "paused" ? "stopped" : state,
    origin: { file, trial: id, importedAt: new Date().toISOString() },
  };
}

/** What another tab has in hand is that tab's. */
function leaveHeld(error: unknown): void {
  if (!(error instanceof LabError && error.code === "badSettings")) throw error;
}
