import { beforeEach, expect, it, vi } from "vitest";
import { createStore } from "zustand/vanilla";
import type { PreparedSample, SampleSummary } from "../protocol/dataset";
import { DEFAULT_SETTINGS } from "../protocol/settings";
import type { EvaluateRequest, Trial, WeightsChoice } from "../protocol/training";
import { createContext } from "./context";
import { createEvaluationCommands } from "./evaluationCommands";
import { createGpuJobs } from "./gpuJobs";
import { FRESH_WEIGHTS, INITIAL_STATE } from "./initialState";
import { sharesOf } from "./scoredFilms";
import type { LabState } from "./state";
import type { Workers } from "./workers";

const counts = (positives: number, negatives: number) => ({
  films: positives + negatives,
  positives,
  negatives,
  patients: positives + negatives,
  unknown: 0,
});
const summaryOf = (train: ReturnType<typeof counts>, before: ReturnType<typeof counts>) =>
  ({ train, targets: [{ target: "Edema", before, train, positiveWeight: 1 }] }) as unknown as SampleSummary;

/** Trained on as many positives as negatives; the test set has one positive in ten. */
const TRAINED_ON = summaryOf(counts(50, 50), counts(50, 150));
const OF_TRIAL = { store: "t", valid: { slots: new Uint32Array(2) }, summary: TRAINED_ON } as unknown as PreparedSample;
const TEST_SET = {
  store: "s",
  valid: { slots: new Uint32Array(10) },
  summary: summaryOf(counts(0, 0), counts(1, 9)),
} as unknown as PreparedSample;

const TRIAL = {
  id: 3,
  settings: { ...DEFAULT_SETTINGS, target: "Edema", batchSize: 5, rotate: 20, imageSize: 64, fit: "letterbox" },
  sample: TRAINED_ON,
  checkpoints: { last: { key: "k" }, best: null, previous: null, epochs: [] },
} as unknown as Trial;

function createLab(change: Partial<LabState> = {}) {
  const store = createStore<LabState>(() => ({
    ...INITIAL_STATE,
    dataset: { ...INITIAL_STATE.dataset, state: "ready", summary: { name: "B" } as LabState["dataset"]["summary"] },
    settings: { ...DEFAULT_SETTINGS, target: "Edema", validation: "all", imageSize: 32, fit: "letterbox" },
    preparation: { ...INITIAL_STATE.preparation, state: "done", sample: TEST_SET },
    run: { ...INITIAL_STATE.run, trial: TRIAL },
    trials: [TRIAL],
    ...change,
  }));
  const requests: EvaluateRequest[] = [];
  const training = {
    readSample: async () => OF_TRIAL,
    evaluate: async (request: EvaluateRequest, port: MessagePort) => {
      requests.push(request);
      port.postMessage({ type: "stopped" });
    },
  };
  const context = createContext(store, { training } as unknown as Workers);
  const commands = createEvaluationCommands(context, createGpuJobs(context), async () => {});
  return { store, requests, ...commands };
}

const from = (choice: WeightsChoice): Partial<LabState> => ({ weights: { ...FRESH_WEIGHTS, choice, label: "w" } });

beforeEach(() => {
  vi.stubGlobal("window", new EventTarget());
  return () => vi.unstubAllGlobals();
});

it("runs the shown trial over the test set that is prepared, read as the trial was trained", async () => {
  const { store, requests, evaluate } = createLab();
  await evaluate();
  expect(requests).toHaveLength(1);
  expect(requests[0]).toMatchObject({ sample: TEST_SET, weights: { kind: "trial", trialId: 3, which: "last" } });
  expect(requests[0]?.settings).toMatchObject({ batchSize: 5, rotate: 20, imageSize: 32, validation: "all" });
  const { evaluation } = store.getState();
  expect(evaluation).toMatchObject({ testSet: "B", name: "trial-3-test", total: 10 });
  // The films are of another size than it was trained on, and only of that.
  expect(evaluation.notices).toEqual([
    expect.stringMatching(/^Trial 3 was trained on films that were of 64 px; these are of 32 px\./),
  ]);
});

it.each([
  ["the shown trial's", { kind: "fresh" }],
  ["an earlier trial's", { kind: "trial", trialId: 3, which: "last" }],
] as [string, WeightsChoice][])(
  "corrects %s probabilities from what the trial was trained on to what the test set has",
  async (_, choice) => {
    const { store, evaluate } = createLab(from(choice));
    await evaluate();
    const { learnt, sample } = store.getState().evaluation;
    expect(sharesOf(learnt, sample!.summary, 0)).toMatchObject({ trained: 0.5, dataset: 0.1 });
  },
);

it("knows nothing of what a file was trained on", async () => {
  const { store, requests, evaluate } = createLab(from({ kind: "file", name: "w", file: new Blob() }));
  await evaluate();
  expect(requests[0]).toMatchObject({ sample: TEST_SET, settings: { batchSize: DEFAULT_SETTINGS.batchSize } });
  expect(store.getState().evaluation).toMatchObject({ testSet: "B", learnt: null, notices: [] });
});

it("goes back to the trial's validation films where that is chosen", async () => {
  const { store, requests, evaluate, chooseFilms } = createLab();
  chooseFilms("validation");
  await evaluate();
  expect(requests[0]).toMatchObject({ sample: OF_TRIAL, settings: { imageSize: 64 } });
  expect(store.getState().evaluation).toMatchObject({ testSet: null, name: "trial-3", notices: [], onValidation: true });
});

it("leaves films that are prepared for the next trial to that", async () => {
  const next = { ...TEST_SET, summary: TRAINED_ON } as PreparedSample;
  const { requests, evaluate } = createLab({ preparation: { ...INITIAL_STATE.preparation, sample: next } });
  await evaluate();
  expect(requests[0]?.sample).toBe(OF_TRIAL);
});
