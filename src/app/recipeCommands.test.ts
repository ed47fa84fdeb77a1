import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createStore } from "zustand/vanilla";
import type { DatasetApi, DatasetSummary, SampledRows } from "../protocol/dataset";
import { LabError } from "../protocol/labError";
import { DEFAULT_SETTINGS, type SampleSettings, type TrialSettings } from "../protocol/settings";
import { createContext } from "./context";
import { INITIAL_STATE } from "./initialState";
import { createRecipeCommands } from "./recipeCommands";
import { writeRecipe } from "./recipes";
import type { LabState } from "./state";
import type { Workers } from "./workers";

beforeEach(() => {
  vi.stubGlobal("window", new EventTarget());
});
afterEach(() => vi.unstubAllGlobals());

const DATASET = {
  name: "films",
  fingerprint: "f",
  format: "chexpert",
  mapping: null,
  labelFiles: [],
  rows: 3,
  films: 3,
} as unknown as DatasetSummary;
const ROWS: SampledRows = { csv: "", films: 2, sha256: "sampled" };
const recipeFile = (change: Partial<TrialSettings> = {}, dataset = DATASET) =>
  new File([JSON.stringify(writeRecipe(dataset, { ...DEFAULT_SETTINGS, ...change }, ROWS))], "recipe.json");

/** The commands on a dataset worker whose films are others under another seed, and that knows no Edema. */
function createLabOnDoubles(summary: DatasetSummary | null) {
  const store = createStore<LabState>(() => ({
    ...INITIAL_STATE,
    dataset: { ...INITIAL_STATE.dataset, state: summary ? "ready" : "empty", summary },
  }));
  const dataset: Partial<DatasetApi> = {
    exportSample: async ({ target, seed }: SampleSettings) => {
      if (target === "Edema") throw new LabError("badSettings", "train.csv has no column “Edema”.", "Target");
      return { ...ROWS, sha256: seed === 7 ? "others" : "sampled" };
    },
  };
  const context = createContext(store, { dataset } as unknown as Workers);
  const read: unknown[] = [];
  const commands = createRecipeCommands(context, {
    changeSettings: (change) => store.setState(({ settings }) => ({ settings: { ...settings, ...change } })),
    readLabelsAs: async (choice) => void read.push(choice),
  });
  return { store, commands, read };
}

it("takes a recipe over where its dataset is open, and says whether the films are the same", async () => {
  const { store, commands, read } = createLabOnDoubles(DATASET);
  await commands.takeRecipe(recipeFile({ seed: 3 }));
  expect(store.getState().settings.seed).toBe(3);
  expect(store.getState().sample.recipe).toMatchObject({ name: "recipe.json", isSame: true });
  await commands.takeRecipe(recipeFile({ seed: 7 }, { ...DATASET, fingerprint: "g", films: 4 }));
  expect(store.getState().sample.recipe).toMatchObject({
    isSame: false,
    message: expect.stringContaining("with 4 films, and here are 3"),
  });
  expect(read).toEqual([]);
});

it("reads the labels again where the recipe read them otherwise", async () => {
  const { commands, read } = createLabOnDoubles(DATASET);
  await commands.takeRecipe(recipeFile({}, { ...DATASET, format: "anyCsv", mapping: { path: "file" } }));
  expect(read).toEqual([{ format: "anyCsv", mapping: { path: "file" } }]);
});

it("waits for a dataset where none is open", async () => {
  const { store, commands } = createLabOnDoubles(null);
  await commands.takeRecipe(recipeFile({ seed: 3 }));
  expect(store.getState().status).toContain("Drop its dataset, films with 3 rows");
  store.setState(({ dataset }) => ({ dataset: { ...dataset, state: "ready", summary: DATASET } }));
  await commands.applyWaiting();
  expect(store.getState().sample.recipe).toMatchObject({ isSame: true });
});

it.each([
  ["a recipe of other columns", recipeFile({ target: "Edema", seed: 3 })],
  ["another file", new File(["{}"], "x.json")],
])("changes nothing for %s, and says why", async (_, file) => {
  const { store, commands } = createLabOnDoubles(DATASET);
  await commands.takeRecipe(file);
  expect(store.getState().settings).toEqual(DEFAULT_SETTINGS);
  expect(store.getState().dataset).toMatchObject({ state: "ready", failure: { code: "badSettings" } });
});
