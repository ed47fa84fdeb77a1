// What of the kept trials and films can be listed, moved and removed. It trains nothing.
import { readStoreName } from "../data/filmStoreName";
import { sizeKept } from "../nn/keptSizes";
import { LabError } from "../protocol/labError";
import { targetsOf } from "../protocol/settings";
import { toStepRecords } from "../protocol/steps";
import type { StorageApi } from "../protocol/storage";
import type { Trial } from "../protocol/training";
import { packTrial, readTrialArchive } from "../storage/trialArchive";
import { formatTrial } from "./trials";
import type { Tools } from "./workbench";

/** @param demandIdle throws where this very worker trains the trial: what for, in words */
export function createKeeping(tools: Tools, demandIdle: (trialId: number, what: string) => void): StorageApi {
  const { trials, checkpoints, films, holdTrial } = tools;
  /** The film store of each trial, once read: a sample may hold megabytes, and is never another's, as no number is given out twice. */
  const stores = new Map<number, string>();

  return {
    sizeKept: async (settings) => {
      const { arch, head, averageDecay } = settings;
      return sizeKept({ arch, head, classes: targetsOf(settings).length, averages: averageDecay > 0 });
    },

    async listFilmSets() {
      const byStore = new Map<string, number[]>();
      for (const { id } of await trials.list()) {
        const store = stores.get(id) ?? (await trials.readSample(id)).store.split("@")[0]!;
        stores.set(id, store);
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
          if (await trials.has(id)) return checkpoints.tidy(id);
          await trials.remove(id);
          await checkpoints.removeAll(id);
        }).catch(leaveHeld);
      }
    },

    async markInterrupted() {
      for (const { id } of (await trials.list()).filter(isUnderWay)) {
        await holdTrial(id, async () => {
          // As it is now that none can train it.
          if (isUnderWay(await trials.read(id))) await trials.patch(id, { state: "interrupted" });
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
      try {
        return await keepNew(tools, async (id) => {
          const kept = await checkpoints.adopt(id, archived.trial.checkpoints, archived.records());
          await trials.add({ ...bringIn(archived.trial, file.name), id, checkpoints: kept }, archived.sample);
        });
      } catch (error) {
        if (!(error instanceof LabError) || error.code !== "checkpointDamaged") throw error;
        const message = `${file.name} is damaged: ${error.message} Export the trial again where it was trained, or copy the file anew.`;
        throw new LabError("archiveUnreadable", message, file.name);
      }
    },
  };
}

/** Keeps a new trial under the next number, wholly or not at all: where `keep` fails, what it wrote goes, since room may be what it lacked. */
export async function keepNew(
  { trials, checkpoints, holdTrial }: Pick<Tools, "trials" | "checkpoints" | "holdTrial">,
  keep: (id: number) => Promise<void>,
): Promise<Trial> {
  const id = await trials.reserve();
  return holdTrial(id, async () => {
    try {
      await keep(id);
      return await trials.read(id);
    } catch (error) {
      // Storage that cannot even remove is tidied on the next visit; the first failure is the one to tell.
      await Promise.allSettled([trials.remove(id), checkpoints.removeAll(id)]);
      throw error;
    }
  });
}

/** It went no further than where it was exported, and what it began from is numbered as there. */
function bringIn({ id, parent, beginning, state, ...trial }: Trial, file: string): Omit<Trial, "id"> {
  const asThere = (name: string) => `${name} of ${file}`;
  return {
    ...trial,
    parent: parent && asThere(parent),
    ...(beginning !== undefined && { beginning: beginning && { ...beginning, name: asThere(beginning.name) } }),
    state: isUnderWay({ state }) || state === "interrupted" ? "stopped" : state,
    origin: { file, trial: id, importedAt: new Date().toISOString() },
  };
}

const isUnderWay = ({ state }: Pick<Trial, "state">) => state === "running" || state === "paused";

/** What another tab has in hand is that tab's. */
function leaveHeld(error: unknown): void {
  if (!(error instanceof LabError && error.code === "badSettings")) throw error;
}
