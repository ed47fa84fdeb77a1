import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createStore } from "zustand/vanilla";
import { LabError } from "../protocol/labError";
import type { DEFAULT_SETTINGS } from "../protocol/settings";
import type { FilmSet } from "../protocol/storage";
import type { TrainApi } from "../protocol/training";
import { createContext } from "./context";
import { INITIAL_STATE } from "./initialState";
import type { LabState } from "./state";
import { createStorageCommands } from "./storageCommands";
import type { Workers } from "./workers";

const setOf = (store: string): FilmSet => ({ store, preparation: null, imageSize: 32, films: 3, bytes: 9, trials: [] });

function createOnDoubles(training: Partial<TrainApi>) {
  const store = createStore<LabState>(() => ({
    ...INITIAL_STATE,
    preparation: { ...INITIAL_STATE.preparation, state: "done", sample: { store: "a@1" } as LabState["preparation"]["sample"] },
  }));
  const context = createContext(store, { training: { listFilmSets: async () => [], ...training } } as unknown as Workers);
  return { store, context, commands: createStorageCommands(context, async () => []) };
}

beforeEach(() => {
  vi.stubGlobal("window", new EventTarget());
  vi.stubGlobal("navigator", { storage: { estimate: async () => ({ usage: 5, quota: 100 }) } });
});
afterEach(() => vi.unstubAllGlobals());

it("forgets the prepared sample with its own films only", async () => {
  const { store, commands } = createOnDoubles({ removeFilmSet: async () => {} });
  await commands.removeFilms(setOf("b"));
  expect(store.getState().preparation.sample).not.toBeNull();
  await commands.removeFilms(setOf("a"));
  expect(store.getState().preparation).toEqual(INITIAL_STATE.preparation);
  expect(store.getState().storage).toMatchObject({ films: [], usedBytes: 5, quotaBytes: 100 });
});

it("keeps in sight why something was not done, until something else is", async () => {
  const refusal = new LabError("badSettings", "In use.");
  const removeFilmSet = vi.fn<TrainApi["removeFilmSet"]>().mockRejectedValueOnce(refusal).mockResolvedValue();
  const { store, commands } = createOnDoubles({ removeFilmSet });
  await commands.removeFilms(setOf("a"));
  await commands.lookAtStorage();
  expect(store.getState().storage.failure).toMatchObject({ message: "In use." });
  expect(store.getState().preparation.sample).not.toBeNull();
  await commands.removeFilms(setOf("a"));
  expect(store.getState().storage.failure).toBeNull();
});

it("counts what the next run keeps, anew where that changes: four checkpoints at most, and the epochs to average", async () => {
  const sizeKept = vi.fn(async () => ({ checkpoint: 100, weights: 10 }));
  const { store, commands } = createOnDoubles({ sizeKept });
  commands.keepNeeded();
  const change = (settings: Partial<typeof DEFAULT_SETTINGS>) =>
    store.setState((state) => ({ settings: { ...state.settings, ...settings } }));
  change({ maxLr: 1 });
  await vi.waitFor(() => expect(store.getState().storage.neededBytes).toBe(400));
  change({ maxLr: 2 });
  change({ averageLast: 3 });
  await vi.waitFor(() => expect(store.getState().storage.neededBytes).toBe(440));
  expect(sizeKept).toHaveBeenCalledTimes(2);
});

it("asks the browser once to keep it all, and shows what it answers", async () => {
  const persist = vi.fn().mockResolvedValueOnce(false).mockResolvedValue(true);
  vi.stubGlobal("navigator", { storage: { persist, estimate: async () => ({}), persisted: async () => false } });
  const { store, context } = createOnDoubles({});
  const persistence = () => store.getState().storage.persistence;
  context.askToPersist();
  context.askToPersist();
  expect([persistence(), persist.mock.calls.length]).toEqual(["asking", 1]);
  await vi.waitFor(() => expect(persistence()).toBe("refused"));
  context.askToPersist();
  await vi.waitFor(() => expect(persistence()).toBe("kept"));
  context.askToPersist();
  expect(persist).toHaveBeenCalledTimes(2);
});
