// Commands on what the browser keeps: how much there is, sets of prepared films to remove, trials to take away whole and to bring in.
import { toFailure } from "../protocol/labError";
import { mostKept } from "../protocol/storage";
import type { Trial } from "../protocol/training";
import { announce, type LabContext } from "./context";
import { formatPlural } from "./format";
import { EMPTY_FINDER, EMPTY_PREPARATION } from "./initialState";
import type { LabCommands } from "./labCommands";
import { saveFile } from "./save";
import type { LabState } from "./state";

type StorageCommands = Pick<LabCommands, "lookAtStorage" | "removeFilms" | "exportTrial" | "importTrial"> & {
  /** From now on what the next run comes to keep is counted anew with its settings. */
  keepNeeded(): void;
};

export function createStorageCommands(context: LabContext, loadTrials: () => Promise<Trial[]>): StorageCommands {
  const { store, workers, patch, say, measureDisk } = context;

  async function lookAtStorage(): Promise<void> {
    try {
      const films = await workers.training.listFilmSets();
      patch("storage", { films });
      await measureDisk();
    } catch (error) {
      patch("storage", { failure: toFailure(error) });
    }
  }

  /** What fails is shown where the storage stands. */
  async function errand(work: () => Promise<string>): Promise<void> {
    patch("storage", { failure: null });
    const failure = await context.errand(work);
    if (failure) patch("storage", { failure });
  }

  return {
    lookAtStorage,
    removeFilms: (set) =>
      errand(async () => {
        await workers.training.removeFilmSet(set.store);
        // What was prepared for the next run is gone with it, and so is the sense of its curve.
        const { sample } = store.getState().preparation;
        if (sample?.store.split("@")[0] === set.store) {
          store.setState({ preparation: EMPTY_PREPARATION, finder: EMPTY_FINDER });
        }
        await lookAtStorage();
        return `${formatPlural(set.films, "prepared film")} removed.`;
      }),
    exportTrial: (id) =>
      errand(async () => {
        const name = `trial-${id}.roentgen`;
        say(`Writing ${name}.`);
        const { file, notices } = await workers.training.exportArchive(id);
        saveFile(name, file, "application/octet-stream");
        return [...notices, `${name} is in your downloads.`].join(" ");
      }),
    async importTrial(file) {
      store.setState({ step: "trials" });
      await errand(async () => {
        say(`Reading ${file.name}.`);
        const trial = await workers.training.importArchive(file);
        announce({ type: "imported", trial });
        await loadTrials();
        return `${file.name} is here as trial ${trial.id}. Its weights can be downloaded at once; to evaluate it or go on, its films must be prepared here.`;
      });
      await lookAtStorage();
    },
    keepNeeded() {
      let asked = "";
      store.subscribe(({ settings }) => {
        const due = describeKept(settings);
        if (due === asked) return;
        asked = due;
        workers.training.sizeKept(settings).then(
          (sizes) => asked === due && patch("storage", { neededBytes: mostKept(sizes, settings) }),
          // Without the figure there is no warning, and a run that fills the storage says so itself.
          () => asked === due && patch("storage", { neededBytes: null }),
        );
      });
    },
  };
}

/** What decides how much a run keeps, as a text that changes with it. */
function describeKept({ arch, head, moreTargets, averageDecay, averageLast }: LabState["settings"]): string {
  return JSON.stringify([arch, head, moreTargets.length, averageDecay > 0, averageLast]);
}
