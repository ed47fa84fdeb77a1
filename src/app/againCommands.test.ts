import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createStore } from "zustand/vanilla";
import type { TrialFile } from "../protocol/again";
import type { DatasetApi, DatasetSummary, SampledRows } from "../protocol/dataset";
import { LabError } from "../protocol/labError";
import { DEFAULT_SETTINGS, type TrialSettings } from "../protocol/settings";
import type { NewTrial, TrainApi } from "../protocol/training";
import { createAgainCommands } from "./againCommands";
import { describeNeeds } from "./againWords";
import { createContext } from "./context";
import { FRESH_WEIGHTS, INITIAL_STATE } from "./initialState";
import { createSampleCommands } from "./sampleCommands";
import type { LabState } from "./state";
import type { Workers } from "./workers";

beforeEach(() => {
  vi.stubGlobal("window", new EventTarget());
});
afterEach(() => vi.unstubAllGlobals());

const DATASET = {
  name: "films",
  format: "chexpert",
  otherFormats: [],
  mapping: null,
  csvColumns: [],
} as unknown as DatasetSummary;
const PART = { films: 2, positives: 1, negatives: 1, patients: 2 };
const BEGINNING = { name: "trial-3", which: "last", imageSize: 32, sha256: "abcdef0123456789", replaced: null, notes: [] };

function fileOf(settings: Partial<TrialSettings>, change: object = {}): File {
  const file = {
    formatVersion: 1,
    trial: "trial-7",
    parent: null,
    createdAt: "",
    state: "finished",
    settings: { ...DEFAULT_SETTINGS, ...settings },
    dataset: {
      name: "films",
      format: "chexpert",
      mapping: null,
      rows: 4,
      films: 1168,
      csvPath: "train.csv",
      csvSha256: "ab12cd34ef567890",
    },
    sample: { kept: 4, setAside: 0, before: PART, after: PART, train: PART, valid: PART, epochFilms: 2 },
    adapter: null,
    versions: {},
    stepsDone: 0,
    stepsTotal: 1,
    seconds: 0,
    epochs: [],
    steps: [],
    ...change,
  };
  return new File([JSON.stringify(file)], "trial-7.json");
}

/** The commands on workers that know no Edema, answer a comparison with what Max LR is, and have the weights of a trial or not. */
function createLabOnDoubles({ isOpen = true, hasWeights = false } = {}) {
  const store = createStore<LabState>(() => ({
    ...INITIAL_STATE,
    gpu: { ...INITIAL_STATE.gpu, state: "ready" },
    dataset: { ...INITIAL_STATE.dataset, state: isOpen ? "ready" : "empty", summary: isOpen ? DATASET : null },
  }));
  const dataset: Partial<DatasetApi> = {
    describeSample: async () => ({}) as never,
    exportSample: async ({ target }) => {
      if (target === "Edema") throw new LabError("badSettings", "train.csv has no column “Edema”.", "Target");
      return {} as SampledRows;
    },
  };
  const compared: (NewTrial & { again: TrialFile })[] = [];
  const training: Partial<TrainApi> = {
    findBeginning: async () => (hasWeights ? { kind: "trial", trialId: 3, which: "last" } : null),
    listDifferences: async (request) => {
      compared.push(request);
      return [`Max LR ${request.settings.maxLr}`];
    },
  };
  const context = createContext(store, { dataset, training } as unknown as Workers);
  const { changeSettings } = createSampleCommands(context);
  const commands = createAgainCommands(context, { changeSettings, readLabelsAs: async () => {} });
  commands.keepCompared();
  const open = () => store.setState(({ dataset }) => ({ dataset: { ...dataset, state: "ready", summary: DATASET } }));
  const prepare = () =>
    store.setState(({ preparation }) => ({ preparation: { ...preparation, state: "done", sample: { contents: {} } as never } }));
  return { store, commands, changeSettings, compared, open, prepare };
}

it("takes over all the settings of the file but the budget, which is the machine's, and says what is needed", async () => {
  const { store, commands, open } = createLabOnDoubles({ isOpen: false });
  store.setState(({ settings }) => ({ settings: { ...settings, gpuBudgetMiB: 700 } }));
  const settings: Partial<TrialSettings> = { mixup: 0.4, batchSize: 5, balance: "weight", moms: [0.9, 0.8], seed: 4 };
  await commands.takeTrialFile(fileOf({ ...settings, gpuBudgetMiB: 9000 }));
  expect(store.getState().settings).toEqual({ ...DEFAULT_SETTINGS, ...settings, gpuBudgetMiB: 700 });
  const need = "Open the dataset: films, 1,168 films, label file train.csv (SHA-256 ab12cd34ef56…).";
  expect(describeNeeds(store.getState())).toEqual([need]);
  expect(store.getState().status).toBe(need);
  // Opening a dataset may choose another target, which the file's takes the place of.
  store.setState(({ settings }) => ({ settings: { ...settings, target: "Fracture" } }));
  open();
  await commands.takeSettings();
  expect(store.getState().settings.target).toBe(DEFAULT_SETTINGS.target);
  expect(describeNeeds(store.getState())).toEqual([expect.stringContaining("Prepare the films")]);
});

it("compares once films are prepared, and anew whenever a setting changes", async () => {
  const { store, commands, changeSettings, compared, prepare } = createLabOnDoubles();
  await commands.takeTrialFile(fileOf({ maxLr: 0.01 }));
  expect(compared).toHaveLength(0);
  prepare();
  const differences = () => store.getState().again.differences;
  await vi.waitFor(() => expect(differences()).toEqual(["Max LR 0.01"]));
  changeSettings({ maxLr: 0.02 });
  expect(differences(), "what was found no longer holds").toBeNull();
  await vi.waitFor(() => expect(differences()).toEqual(["Max LR 0.02"]));
  commands.giveUpAgain();
  changeSettings({ maxLr: 0.03 });
  expect(store.getState().again).toEqual(INITIAL_STATE.again);
  expect(compared).toHaveLength(2);
});

it("begins from the trial here that has the weights, or asks for their file", async () => {
  const file = () => fileOf({}, { parent: "trial-3", beginning: BEGINNING });
  const has = createLabOnDoubles({ hasWeights: true });
  await has.commands.takeTrialFile(file());
  expect(has.store.getState().weights).toEqual({
    ...FRESH_WEIGHTS,
    choice: { kind: "trial", trialId: 3, which: "last" },
    label: "trial-3",
  });
  const lacks = createLabOnDoubles();
  await lacks.commands.takeTrialFile(file());
  expect(lacks.store.getState().weights).toEqual(FRESH_WEIGHTS);
  expect(describeNeeds(lacks.store.getState())[0]).toBe(
    "Choose the weights that it began from: trial-3 (SHA-256 abcdef012345…). They are not here.",
  );
});

it.each([
  ["damaged", new File(['{"formatVersion": 1,'], "trial-7.json"), /damaged or was cut off/],
  ["of a target that the dataset does not have", fileOf({ target: "Edema", seed: 9 }), /no column “Edema”/],
  [
    "of a dataset that cannot be read so",
    fileOf({ seed: 9 }, { dataset: { name: "scans", format: "vindr", rows: 1, films: 1, csvPath: "a", csvSha256: "0" } }),
    /cannot be as VinDr-CXR\. Open scans, then take it again/,
  ],
])("changes no setting for a file that is %s, and says why", async (_, file, message) => {
  const { store, commands } = createLabOnDoubles();
  await commands.takeTrialFile(file);
  expect(store.getState().settings).toEqual(DEFAULT_SETTINGS);
  expect(store.getState().again.failure?.message).toMatch(message);
  expect(store.getState().status).toMatch(message);
});

it("holds the file that was chosen last, though an earlier one is read later, and none that was given up", async () => {
  const { store, commands } = createLabOnDoubles({ isOpen: false });
  const read: (() => void)[] = [];
  const slow = (file: File) =>
    ({ name: file.name, text: () => new Promise<void>((resolve) => read.push(resolve)).then(() => file.text()) }) as File;
  const first = commands.takeTrialFile(slow(fileOf({}, { trial: "trial-1" })));
  const second = commands.takeTrialFile(slow(fileOf({}, { trial: "trial-2" })));
  read[1]?.();
  await second;
  read[0]?.();
  await first;
  expect(store.getState().again.file?.trial).toBe("trial-2");

  const third = commands.takeTrialFile(slow(fileOf({}, { trial: "trial-3" })));
  commands.giveUpAgain();
  read[2]?.();
  await third;
  expect(store.getState().again.file).toBeNull();
});
