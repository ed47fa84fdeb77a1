import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createStore } from "zustand/vanilla";
import type { TrialFile } from "../protocol/again";
import { type FinderResult, NO_SUGGESTIONS } from "../protocol/finder";
import type { GpuCheckReport } from "../protocol/gpuCheck";
import { LabError } from "../protocol/labError";
import { DEFAULT_SETTINGS, type TrialSettings } from "../protocol/settings";
import { allocateSteps } from "../protocol/steps";
import type { EvaluateRequest, NewTrial, TrainApi, Trial } from "../protocol/training";
import { createContext } from "./context";
import { INITIAL_STATE } from "./initialState";
import { createRunBroadcast, type RunBroadcast } from "./onlooking";
import { createRunCommands } from "./runCommands";
import { createSampleCommands } from "./sampleCommands";
import type { LabState } from "./state";
import { createTrialCommands } from "./trialCommands";
import { createWeightsCommands } from "./weightsCommands";
import type { Workers } from "./workers";

const RESULT: FinderResult = {
  lrs: [1],
  losses: [1],
  smoothed: [1],
  suggestions: NO_SUGGESTIONS,
  runs: [],
  chosen: null,
  chosenAt: null,
};
const summary = { train: { films: 8 } };
const SAMPLE = { store: "s", valid: { slots: new Uint32Array(3) }, summary } as unknown as LabState["preparation"]["sample"];
const SAMPLE_OF_TRIAL = { store: "t", valid: { slots: new Uint32Array(2) }, summary } as unknown as typeof SAMPLE;

/** The commands on a training worker that starts what it is asked for and ends it when told to. */
function createLabOnDoubles(
  demandFit?: () => Promise<TrialSettings>,
  demandTrialFits = async (_: Trial) => {},
  broadcast: RunBroadcast = { show: () => {}, tell: () => {}, answer: () => {}, lookOn: () => () => {} },
) {
  const store = createStore<LabState>(() => ({
    ...INITIAL_STATE,
    dataset: { ...INITIAL_STATE.dataset, state: "ready", summary: { name: "d" } as LabState["dataset"]["summary"] },
    preparation: { ...INITIAL_STATE.preparation, state: "done", sample: SAMPLE },
  }));
  const trials: Trial[] = [];
  const requests: NewTrial[] = [];
  const evaluations: EvaluateRequest[] = [];
  const ports: { job: string; port: MessagePort; commands: string[] }[] = [];
  const budgets: (number | undefined)[] = [];
  const open = (job: string, port: MessagePort) => {
    const commands: string[] = [];
    port.onmessage = ({ data }) => commands.push(data.type);
    ports.push({ job, port, commands });
    return Promise.resolve();
  };
  const training: Partial<TrainApi> = {
    listTrialNumbers: async () => trials.map(({ id }) => id),
    listTrials: async (ids = []) => trials.filter(({ id }) => ids.includes(id)),
    readSteps: async () => allocateSteps(0),
    readSample: async () => SAMPLE_OF_TRIAL as NonNullable<typeof SAMPLE>,
    createTrial: async (request) => {
      requests.push(request);
      const { settings, finder } = request;
      const trial = {
        id: trials.length + 1,
        settings,
        finder,
        state: "running",
        epochs: [],
        checkpoints: {},
        stepsDone: 0,
        stepsTotal: 4,
      };
      trials.push(trial as unknown as Trial);
      return trial as unknown as Trial;
    },
    train: (id, port, gpuBudgetMiB) => {
      budgets.push(gpuBudgetMiB);
      return open(`train ${id}`, port);
    },
    find: (_, port) => open("find", port),
    evaluate: (request, port) => {
      evaluations.push(request);
      return open("evaluate", port);
    },
  };
  const context = createContext(store, { training } as unknown as Workers);
  const fits = { demandFit: demandFit ?? (async () => store.getState().settings), demandTrialFits };
  const run = createRunCommands(context, fits, broadcast);
  const commands = {
    ...createSampleCommands(context),
    ...run,
    ...createTrialCommands(context),
    ...createWeightsCommands(context, createSampleCommands(context)),
  };
  const started = (n: number) => vi.waitFor(() => expect(ports.map(({ job }) => job)).toHaveLength(n));
  return { store, commands, ports, trials, requests, budgets, evaluations, started, training };
}

beforeEach(() => {
  vi.stubGlobal("window", new EventTarget());
  vi.stubGlobal("navigator", { storage: { estimate: async () => ({ usage: 0 }) } });
});
afterEach(() => vi.unstubAllGlobals());

describe("one job at a time", () => {
  it("makes one trial of two clicks on Train, and keeps the first one's Stop", async () => {
    const { commands, ports, trials, started, store } = createLabOnDoubles();
    const clicks = [commands.train(), commands.train()];
    await started(1);
    expect(trials).toHaveLength(1);
    commands.stop();
    await vi.waitFor(() => expect(ports[0]?.commands).toEqual(["stop"]));
    ports[0]?.port.postMessage({ type: "stopped", trial: trials[0] });
    await Promise.all(clicks);
    expect(store.getState().run.state).toBe("stopped");
  });

  it("looks for a rate once where LR Find is clicked twice while the first click is still being judged", async () => {
    const { commands, ports, started } = createLabOnDoubles();
    const clicks = [commands.findLr(), commands.findLr()];
    await started(1);
    ports[0]?.port.postMessage({ type: "stopped", result: RESULT });
    await Promise.all(clicks);
    expect(ports).toHaveLength(1);
  });

  it("goes on once where Resume is clicked twice, and evaluates once where Evaluate is", async () => {
    const { commands, ports, trials, started, store } = createLabOnDoubles();
    const trained = commands.train();
    await started(1);
    ports[0]?.port.postMessage({ type: "stopped", trial: trials[0] });
    await trained;
    commands.resume();
    commands.resume();
    await started(2);
    ports[1]?.port.postMessage({ type: "finished", trial: trials[0] });
    await vi.waitFor(() => expect(store.getState().run.state).toBe("done"));
    void commands.evaluate();
    void commands.evaluate();
    await started(3);
    expect(ports.map(({ job }) => job)).toEqual(["train 1", "train 1", "evaluate"]);
    commands.stopEvaluating();
    await vi.waitFor(() => expect(ports[2]?.commands).toEqual(["stop"]));
    ports[2]?.port.postMessage({ type: "stopped" });
    await vi.waitFor(() => expect(store.getState().evaluation.state).toBe("stopped"));
  });

  it("shows no other trial while one is being started", async () => {
    const { commands, started, store } = createLabOnDoubles();
    void commands.train();
    await started(1);
    await commands.showTrial(1);
    expect(store.getState().run.state).toBe("running");
    expect(store.getState().status).toContain("under way");
  });
});

it("shows what was asked for last, however long a trial before takes to be read, and no trial over a run", async () => {
  const { store, commands, ports, trials, started, training } = createLabOnDoubles();
  for (const id of [1, 2]) trials.push({ id, state: "stopped", settings: DEFAULT_SETTINGS, checkpoints: {} } as unknown as Trial);
  const reading: (() => void)[] = [];
  training.readSteps = () => new Promise((end) => reading.push(() => end(allocateSteps(0))));
  const shown = () => store.getState().run.trial?.id;
  const shows = [commands.showTrial(1), commands.showTrial(2)];
  await vi.waitFor(() => expect(reading).toHaveLength(2));
  for (const end of reading.splice(0).reverse()) end();
  await Promise.all(shows);
  expect(shown()).toBe(2);

  const late = commands.showTrial(1);
  await vi.waitFor(() => expect(reading).toHaveLength(1));
  void commands.train();
  await started(1);
  reading[0]?.();
  await late;
  expect([shown(), store.getState().run.state]).toEqual([3, "running"]);
  ports[0]?.port.postMessage({ type: "finished", trial: trials[2] });
});

it("leaves weights that are chosen while a trial is being made to the next one", async () => {
  const { store, commands, ports, trials, started, training } = createLabOnDoubles();
  const { createTrial } = training;
  training.createTrial = (request) => {
    store.setState({ trials: [{ id: 9, settings: DEFAULT_SETTINGS } as Trial] });
    void commands.takeTrialWeights(9, "best");
    return createTrial!(request);
  };
  void commands.train();
  await started(1);
  expect(store.getState().weights.choice).toEqual({ kind: "trial", trialId: 9, which: "best" });
  ports[0]?.port.postMessage({ type: "finished", trial: trials[0] });
});

it("repeats a trial once, and says at its end how that went", async () => {
  const { store, commands, ports, trials, requests, started } = createLabOnDoubles();
  const file = { trial: "trial-9", name: "trial-9.json" } as TrialFile;
  store.setState({ again: { file, differences: [], failure: null } });
  const trained = commands.train();
  await started(1);
  expect([requests[0]?.again, store.getState().again.file]).toEqual([file, null]);
  const again = { trial: "trial-9", file: file.name, differences: [], outcome: { steps: 4, epochs: 1, first: null } };
  ports[0]?.port.postMessage({ type: "finished", trial: { ...trials[0], again } });
  await trained;
  const { status } = store.getState();
  expect(status).toContain("trial-9 is repeated to the bit: the losses of 4 steps and the figures of 1 epoch are all the same.");
});

describe("a tab that looks on", () => {
  it("stays where it is while no run is shown, and lists the trials anew with a run and its end", async () => {
    const lookOn = vi.fn<RunBroadcast["lookOn"]>(() => () => {});
    const { store, commands, training } = createLabOnDoubles(undefined, undefined, { ...createRunBroadcast(), lookOn });
    const listed = (id: number) => {
      training.listTrialNumbers = async () => [id];
      training.listTrials = async () => [{ id } as Trial];
    };
    const seen = () => store.getState().trials.map(({ id }) => id);
    commands.lookOn();
    const [onShown, onEvent] = lookOn.mock.calls[0]!;
    onShown(INITIAL_STATE.run);
    expect(store.getState().step).toBe("dataset");
    listed(1);
    const trial = { id: 1, settings: DEFAULT_SETTINGS, epochs: [] } as unknown as Trial;
    onShown({ ...INITIAL_STATE.run, state: "running", trial });
    expect(store.getState().step).toBe("train");
    await vi.waitFor(() => expect(seen()).toEqual([1]));
    listed(2);
    onEvent({ type: "finished", trial });
    await vi.waitFor(() => expect(seen()).toEqual([2]));
  });
});

it("starts nothing that does not fit, and what is shown has not failed by it", async () => {
  const { commands, ports, trials, store } = createLabOnDoubles(async () => {
    throw new LabError("overBudget", "Too large.", "Batch size");
  });
  await commands.train();
  await commands.findLr();
  expect([ports, trials]).toEqual([[], []]);
  expect(store.getState()).toMatchObject({ status: "Too large.", run: { state: "idle" }, finder: { state: "idle" } });
});

describe("a trial that goes on", () => {
  const kept = { id: 1, state: "failed", stepsTotal: 4, stepsDone: 2, settings: { ...DEFAULT_SETTINGS, batchSize: 32 } };

  it("takes the page's GPU budget, and no other setting of the page's", async () => {
    const judged: Trial[] = [];
    const { commands, trials, budgets, store, started } = createLabOnDoubles(undefined, async (trial) => void judged.push(trial));
    trials.push(kept as unknown as Trial);
    commands.changeSettings({ gpuBudgetMiB: 640, batchSize: 2 });
    void commands.continueTrial(1);
    await started(1);
    expect(budgets).toEqual([640]);
    for (const { settings } of [judged[0], store.getState().run.trial] as Trial[]) {
      expect(settings).toEqual({ ...kept.settings, gpuBudgetMiB: 640 });
    }
  });

  it("does not start where it does not fit, and says why where it is shown", async () => {
    const { commands, trials, ports, store } = createLabOnDoubles(undefined, async () => {
      throw new LabError("overBudget", "Too large.", "GPU budget");
    });
    trials.push(kept as unknown as Trial);
    await commands.continueTrial(1);
    expect(ports).toEqual([]);
    expect(store.getState()).toMatchObject({
      status: "Too large.",
      run: { state: "failed", trial: { id: 1 }, failure: { code: "overBudget" } },
    });
  });
});

it("starts what was judged to fit", async () => {
  const judged = { ...DEFAULT_SETTINGS, batchSize: 3 };
  const { commands, trials, started } = createLabOnDoubles(async () => judged);
  void commands.train();
  await started(1);
  expect(trials[0]?.settings).toBe(judged);
});

describe("a run whose numbers failed", () => {
  const steps = Array.from({ length: 3 }, (_, step) => ({ step, epoch: 0, loss: 1, lr: 1, momentum: 0.9 }));
  const fail = async (checkpoint: { step: number } | null) => {
    const lab = createLabOnDoubles();
    const trained = lab.commands.train();
    await lab.started(1);
    const { port } = lab.ports[0]!;
    Object.assign(lab.trials[0]!, { checkpoints: { last: checkpoint }, stepsDone: checkpoint?.step ?? 0 });
    port.postMessage({ type: "steps", steps, stepsTotal: 4, filmsPerSecond: 1, secondsLeft: 1, gpuBytes: 0 });
    port.postMessage({ type: "failed", code: "lossExploded", message: "It rose.", proposal: { maxLr: 1e-4 } });
    await trained;
    return lab;
  };

  it("stands at its checkpoint again, and begins a new trial from there as it proposes", async () => {
    const { commands, store, trials, requests, started } = await fail({ step: 2 });
    expect(store.getState().run).toMatchObject({ state: "failed", stepsSeen: 2 });
    void commands.beginAgain();
    await started(2);
    expect(requests[1]).toMatchObject({
      settings: { ...trials[0]?.settings, maxLr: 1e-4 },
      sample: { store: "t" },
      weights: { kind: "trial", trialId: 1, which: "last" },
    });
    expect(store.getState().run).toMatchObject({ state: "running", trial: { id: 2 }, stepsSeen: 0 });
  });

  it("begins with fresh weights where it kept none", async () => {
    const { commands, store, requests, started } = await fail(null);
    expect(store.getState().run.stepsSeen).toBe(0);
    void commands.beginAgain();
    await started(2);
    expect(requests[1]).toMatchObject({ weights: { kind: "fresh" } });
  });
});

describe("a finder's curve", () => {
  it("is given up where a setting it depends on changes under it, and the next one waits for it to end", async () => {
    const { commands, ports, store, started } = createLabOnDoubles();
    const first = commands.findLr();
    await started(1);
    commands.changeSettings({ batchSize: 3 });
    expect(store.getState().finder.state).toBe("idle");
    const second = commands.findLr();
    ports[0]?.port.postMessage({
      type: "curve",
      curve: [{ lr: 1, loss: 1, smoothed: 1, low: 1, high: 1 }],
      progress: { step: 1, steps: 100, run: 0, runs: 1 },
      gpuBytes: 0,
    });
    await vi.waitFor(() => expect(ports[0]?.commands).toEqual(["stop"]));
    expect(store.getState().finder.points).toEqual([]);
    ports[0]?.port.postMessage({ type: "stopped", result: RESULT });
    await first;
    await started(2);
    ports[1]?.port.postMessage({ type: "finished", result: RESULT });
    await second;
    expect(store.getState().finder).toMatchObject({ state: "done", result: RESULT });
  });

  it("belongs to the weights it was run with", async () => {
    const { commands, ports, trials, store, started } = createLabOnDoubles();
    const found = { ...INITIAL_STATE.finder, state: "done" as const, result: RESULT };
    store.setState({ finder: found });
    store.setState({ trials: [{ id: 7, settings: { ...DEFAULT_SETTINGS, arch: "densenet-mini", head: "fastai" } } as Trial] });
    await commands.takeTrialWeights(7, "last");
    expect(store.getState()).toMatchObject({ finder: { result: null }, settings: { arch: "densenet-mini", head: "fastai" } });

    store.setState({ finder: found });
    const trained = commands.train();
    await started(1);
    expect(trials[0]?.finder).toEqual(RESULT);
    expect(store.getState()).toMatchObject({ weights: { choice: { kind: "fresh" } }, finder: { result: null } });
    ports[0]?.port.postMessage({ type: "finished", trial: trials[0] });
    await trained;
  });
});

describe("an evaluation of weights from elsewhere", () => {
  const weights = {
    choice: { kind: "file" as const, name: "w", file: new Blob() },
    label: "w",
    summary: null,
    fetched: null,
    failure: null,
  };
  const ofTrial = { ...DEFAULT_SETTINGS, target: "Edema", imageSize: 32, batchSize: 4, arch: "densenet121" as const };
  const trial = { id: 1, settings: ofTrial } as unknown as Trial;
  const ofPage = { ...DEFAULT_SETTINGS, target: "Cardiomegaly", imageSize: 64, arch: "densenet-mini" as const };

  it("holds the shown trial's films against that trial's target where none are prepared, on the weights' network", async () => {
    const { commands, store, evaluations, started } = createLabOnDoubles();
    const { preparation } = INITIAL_STATE;
    store.setState({ weights, settings: ofPage, preparation, run: { ...INITIAL_STATE.run, trial } });
    void commands.evaluate();
    await started(1);
    expect(evaluations[0]).toMatchObject({ sample: { store: "t" }, settings: { ...ofTrial, arch: "densenet-mini" } });
    expect(store.getState().evaluation).toMatchObject({ total: 2 });
  });

  it("takes the prepared films with the settings they were prepared with, whatever trial is shown", async () => {
    const { commands, store, evaluations, started } = createLabOnDoubles();
    store.setState({ weights, settings: ofPage, run: { ...INITIAL_STATE.run, trial } });
    void commands.evaluate();
    await started(1);
    expect(evaluations[0]).toMatchObject({ sample: { store: "s" }, settings: ofPage });
    expect(store.getState().evaluation).toMatchObject({ total: 3 });
  });
});

it("lists the trials as they are, whatever was deleted while they were read", async () => {
  const { store, commands, training } = createLabOnDoubles();
  let kept = [1, 2].map((id) => ({ id }) as Trial);
  store.setState({ trials: kept });
  training.listTrialNumbers = async () => kept.map(({ id }) => id);
  training.listTrials = async () => {
    const read = kept;
    // As a deletion does that comes in between.
    kept = kept.filter(({ id }) => id !== 1);
    if (read.length === 2) store.setState({ trials: kept });
    return read;
  };
  await commands.loadTrials();
  expect(store.getState().trials.map(({ id }) => id)).toEqual([2]);
});

it("lists a trial from its start, once", async () => {
  const { store, commands, ports, trials, started } = createLabOnDoubles();
  const listed = () => store.getState().trials.map(({ id }) => id);
  const trained = commands.train();
  await started(1);
  expect(listed()).toEqual([1]);
  ports[0]?.port.postMessage({ type: "stopped", trial: trials[0] });
  await trained;
  void commands.continueTrial(1);
  await started(2);
  expect(listed()).toEqual([1]);
});

describe("what only a checked card may do", () => {
  const CARD = { name: "a card", features: ["shader-f16", "subgroups"] } as LabState["gpu"]["report"];
  const checked = (features: GpuCheckReport["features"], adapter = "a card") =>
    ({ ...INITIAL_STATE.gpuCheck, report: { adapter, passed: true, features } as GpuCheckReport }) as LabState["gpuCheck"];

  it.each<[string, Partial<TrialSettings>, LabState["gpuCheck"], RegExp]>([
    [
      "unchecked",
      { arithmetic: "f16" },
      INITIAL_STATE.gpuCheck,
      /was not checked.*press Check this GPU, or choose Arithmetic f32/,
    ],
    ["failed", { subgroups: true }, checked({ subgroups: false }), /failed the check.*or choose Subgroups off/],
    ["another card's", { arithmetic: "f16" }, checked({ "shader-f16": true }, "the card before"), /was not checked/],
  ])(
    "is refused to a rate that is looked for, a trial, and one that goes on, where it is %s",
    async (_, change, gpuCheck, words) => {
      const { store, commands, trials, ports, training } = createLabOnDoubles();
      store.setState({ gpu: { ...INITIAL_STATE.gpu, report: CARD }, gpuCheck });
      commands.changeSettings(change);
      await commands.findLr();
      expect(store.getState().status).toMatch(words);
      store.setState({ status: "" });
      await commands.train();
      expect(store.getState().status).toMatch(words);
      expect(store.getState().run.state, "nothing that is shown has failed").toBe("idle");
      expect(trials).toEqual([]);
      // Begun where it was offered, and resumed here.
      await training.createTrial?.({ settings: { ...DEFAULT_SETTINGS, ...change } } as NewTrial);
      await commands.continueTrial(1);
      expect(store.getState().run.failure).toMatchObject({ code: "featureOff", message: expect.stringMatching(words) });
      expect(ports).toEqual([]);
    },
  );

  it("is done where its check passed, and by the plain model, which does none of it", async () => {
    const { store, commands, ports, started } = createLabOnDoubles();
    store.setState({ gpu: { ...INITIAL_STATE.gpu, report: CARD }, gpuCheck: checked({ "shader-f16": true, subgroups: true }) });
    commands.changeSettings({ arithmetic: "f16", subgroups: true });
    const found = commands.findLr();
    await started(1);
    ports[0]?.port.postMessage({ type: "stopped", result: RESULT });
    await found;
    store.setState({ gpuCheck: INITIAL_STATE.gpuCheck });
    commands.changeSettings({ engine: "stock" });
    void commands.findLr();
    await started(2);
  });
});
