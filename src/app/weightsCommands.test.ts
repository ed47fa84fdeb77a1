import { afterEach, expect, it, vi } from "vitest";
import { createStore } from "zustand/vanilla";
import { DEFAULT_SETTINGS, type TrialSettings } from "../protocol/settings";
import type { TrainApi, Trial, WeightsSummary } from "../protocol/training";
import { createContext } from "./context";
import { INITIAL_STATE } from "./initialState";
import type { LabState } from "./state";
import { createWeightsCommands } from "./weightsCommands";
import type { Workers } from "./workers";

const OF_TRIAL: TrialSettings = {
  ...DEFAULT_SETTINGS,
  arch: "densenet-mini",
  head: "fastai",
  imageSize: 32,
  seed: 5,
  maxLr: 0.02,
};
const trial = { id: 27, settings: OF_TRIAL, dataset: { name: "films", rows: 9, csvPath: "l.csv", fingerprint: "f1" } } as Trial;

function createLab(fingerprint: string, summary?: Partial<WeightsSummary>) {
  const store = createStore<LabState>(() => ({
    ...INITIAL_STATE,
    trials: [trial],
    finder: { ...INITIAL_STATE.finder, state: "done" },
    dataset: { ...INITIAL_STATE.dataset, summary: { name: "other", fingerprint } as LabState["dataset"]["summary"] },
  }));
  const inspectWeights = vi.fn(async () => ({ ...summary, notes: [] }) as unknown as WeightsSummary);
  const training: Partial<TrainApi> = { inspectWeights };
  const changeSettings = (change: Partial<TrialSettings>) =>
    store.setState(({ settings }) => ({ settings: { ...settings, ...change } }));
  vi.stubGlobal("window", new EventTarget());
  return {
    store,
    inspectWeights,
    ...createWeightsCommands(createContext(store, { training } as unknown as Workers), { changeSettings }),
  };
}

afterEach(() => vi.unstubAllGlobals());

it("goes on at another size with all of a trial's settings, its weights and no curve", () => {
  const { store, continueAtSize } = createLab("f1");
  store.setState({ settings: { ...DEFAULT_SETTINGS, gpuBudgetMiB: 3000 } });
  continueAtSize(27, "best", 64);
  expect(store.getState()).toMatchObject({
    // What a run may take of the machine is the page's.
    settings: { ...OF_TRIAL, imageSize: 64, gpuBudgetMiB: 3000 },
    weights: { choice: { kind: "trial", trialId: 27, which: "best" }, label: "trial-27-best" },
    finder: { state: "idle" },
    step: "dataset",
  });
});

it("changes nothing where another dataset is open, and says which to open", () => {
  const { store, continueAtSize } = createLab("f2");
  const { settings, weights, step } = store.getState();
  continueAtSize(27, "last", 64);
  expect(store.getState()).toMatchObject({ settings, weights, step, status: expect.stringContaining("Open that dataset first") });
});

it.each([
  ["goes on with the head of a file that tells as many targets", ["Edema"], "fastai"],
  ["leaves the head to the person where the file's is replaced anyway", Array<string>(1000).fill("class"), "linear"],
])("%s", async (_, classes, head) => {
  const { store, takeWeights } = createLab("f1", { arch: "densenet161", head: "fastai", classes });
  await takeWeights(new File([], "w.pth"));
  expect(store.getState().settings).toMatchObject({ arch: "densenet161", head });
});

it("scales films as a file's weights want them, says so, and scales them as usual again with fresh ones", async () => {
  const { store, takeWeights, clearWeights } = createLab("f1", { arch: "densenet121", normalisation: "xrv", classes: ["Edema"] });
  await takeWeights(new File([], "xrv.pt"));
  expect(store.getState()).toMatchObject({
    settings: { normalisation: "xrv" },
    status: expect.stringContaining("Films are scaled to [-1024, 1024] from now on."),
  });
  clearWeights();
  expect(store.getState().settings.normalisation).toBe("imagenet");
});

it("keeps the scale of a trial that is run again, whatever its weights say", async () => {
  const { store, takeWeights } = createLab("f1", { arch: "densenet121", normalisation: "xrv", classes: ["Edema"] });
  store.setState(({ again }) => ({ again: { ...again, file: {} as LabState["again"]["file"] } }));
  await takeWeights(new File([], "xrv.pt"));
  expect(store.getState().settings.normalisation).toBe("imagenet");
});

it.each([
  ["another file", (lab: ReturnType<typeof createLab>) => lab.takeWeights(new File([], "second.pth")), "second.pth"],
  ["a trial's", (lab: ReturnType<typeof createLab>) => lab.takeTrialWeights(27, "last"), "trial-27"],
])("takes what was chosen last, %s, however long a file before takes to be read", async (_, chooseNext, label) => {
  const lab = createLab("f1", { arch: "densenet161", head: "linear", classes: ["Edema"] });
  let endFirst = () => {};
  const read = lab.inspectWeights.getMockImplementation()!;
  lab.inspectWeights.mockImplementationOnce(() => new Promise<void>((end) => (endFirst = end)).then(read));
  const first = lab.takeWeights(new File([], "first.pth"));
  await chooseNext(lab);
  endFirst();
  await first;
  expect(lab.store.getState().weights.label).toBe(label);
});
