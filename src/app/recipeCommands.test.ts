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
  otherFormats: ["nih"],
  mapping: null,
  csvPath: "train.csv",
  csvColumns: ["Path", "Edema"],
  labelFiles: [],
  rows: 3,
  films: 3,
} as unknown as DatasetSummary;
const ROWS: SampledRows = { csv: "", films: 2, sha256: "sampled" };
const recipeFile = (change: Partial<TrialSettings> = {}, dataset = DATASET) =>
  new File([JSON.stringify(writeRecipe(dataset, { ...DEFAULT_SETTINGS, ...change }, ROWS))], "recipe.json");

/** The commands on a dataset worker whose films are others under another seed, that knows no Edema, and cannot read its labels as NIH's. */
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
    readLabelsAs: async (choice) => {
      read.push(choice);
      const failure = choice.format === "nih" ? { code: "badCsv" as const, message: "These are no labels of NIH." } : null;
      store.setState(({ dataset }) => ({ dataset: { ...dataset, state: failure ? "failed" : "ready", failure } }));
    },
  });
  return { store, commands, read };
}

it("takes a recipe over where its dataset is open, and says whether the films are the same", async () => {
  const { store, commands, read } = createLabOnDoubles(DATASET);
  await commands.takeRecipe(recipeFile({ seed: 3 }));
  expect(store.getState().settings.seed).toBe(3);
  expect(store.getState().sample.recipe).toMatchObject({ name: "recipe.json", outcome: "same" });
  await commands.takeRecipe(recipeFile({ seed: 7 }, { ...DATASET, fingerprint: "g", films: 4 }));
  expect(store.getState().sample.recipe).toMatchObject({
    outcome: "others",
    message: expect.stringContaining("with 4 films, and here are 3"),
  });
  expect(read).toEqual([]);
});

it("reads the labels again where the recipe read them otherwise", async () => {
  const { commands, read } = createLabOnDoubles(DATASET);
  await commands.takeRecipe(recipeFile({}, { ...DATASET, format: "anyCsv", mapping: { path: "Path" } }));
  expect(read).toEqual([{ format: "anyCsv", mapping: { path: "Path" } }]);
});

it("waits for a dataset where none is open", async () => {
  const { store, commands } = createLabOnDoubles(null);
  await commands.takeRecipe(recipeFile({ seed: 3 }));
  expect(store.getState().dataset.waitingRecipe).toContain("Drop films with its 3 rows");
  store.setState(({ dataset }) => ({ dataset: { ...dataset, state: "ready", summary: DATASET } }));
  await commands.applyWaiting();
  expect(store.getState().sample.recipe).toMatchObject({ outcome: "same" });
  expect(store.getState().dataset.waitingRecipe).toBeNull();
});

it.each([
  ["of another target", recipeFile({ target: "Edema", seed: 3 }), /no column “Edema”/],
  ["that is none", new File(["{}"], "recipe.json"), /no sampling recipe/],
  ["of another format", recipeFile({}, { ...DATASET, name: "scans", format: "padchest" }), /cannot be as PadChest. Open scans/],
  ["of other columns", recipeFile({}, { ...DATASET, format: "anyCsv", mapping: { path: "Bild" } }), /no column “Bild”/],
])("changes and reads nothing for a recipe %s, and says why", async (_, file, message) => {
  const { store, commands, read } = createLabOnDoubles(DATASET);
  const { sample: _before, status: _said, ...before } = store.getState();
  await commands.takeRecipe(file);
  const { sample, status, ...after } = store.getState();
  expect(after).toEqual(before);
  expect(sample.recipe).toEqual({ name: "recipe.json", outcome: "refused", message: expect.stringMatching(message) });
  expect(status).toBe(sample.recipe?.message);
  expect(read).toEqual([]);
});

it("reads the dataset as it was where it cannot be read as the recipe's after all", async () => {
  const { store, commands, read } = createLabOnDoubles(DATASET);
  await commands.takeRecipe(recipeFile({ seed: 3 }, { ...DATASET, format: "nih" }));
  expect(read).toEqual([{ format: "nih" }, { format: "chexpert" }]);
  expect(store.getState()).toMatchObject({
    settings: DEFAULT_SETTINGS,
    dataset: { state: "ready", failure: null },
    sample: { recipe: { outcome: "refused", message: "These are no labels of NIH." } },
  });
});
