// A training session on doubles, for tests: stores in memory, logistic regression for a network, no GPU.

import type { EngineOptions } from "../nn/engine";
import type { ExportModel } from "../nn/exports/formats";
import { pickClasses } from "../nn/fitWeights";
import type { Course } from "../protocol/again";
import type { JobCommand, PreparedSample } from "../protocol/dataset";
import { LabError } from "../protocol/labError";
import type { TrialSettings } from "../protocol/settings";
import type { NewTrial, TrainApi, TrainEvent, Trial } from "../protocol/training";
import type { CheckpointRecord } from "../storage/checkpointRecord";
import { createCheckpointStore } from "../storage/checkpoints";
import type { KeptFilms } from "../storage/filmStores";
import { createTestKeyValue } from "../storage/testKeyValue";
import { createTrialStore } from "../storage/trials";
import { createSession } from "./session";
import { createTestEngine, type TestEngine } from "./testEngine";
import { createTestSample, TEST_SETTINGS, TEST_SIZE } from "./testSample";
import type { Tools } from "./workbench";

const ADAPTER = {
  name: "test",
  vendor: "",
  architecture: "",
  isSoftware: false,
  maxBindingBytes: 2 ** 30,
  maxBufferBytes: 2 ** 31,
  features: [],
};

export interface TestLab {
  session: TrainApi;
  settings: TrialSettings;
  sample: PreparedSample;
  kept: ReturnType<typeof createTestKeyValue<CheckpointRecord>>;
  records: ReturnType<typeof createTestKeyValue<Trial>>;
  samples: ReturnType<typeof createTestKeyValue<PreparedSample>>;
  courses: ReturnType<typeof createTestKeyValue<Course>>;
  /** The sets of prepared films. */
  films: KeptFilms[];
  /** The engines lent so far; those given back are disposed. */
  engines: { engine: TestEngine; options: EngineOptions; disposed: boolean }[];
  /** Called with each engine before it is lent. */
  onEngine: (engine: TestEngine) => void;
  /** Called with what a weights file is about to hold. */
  beforeWrite: (floats: Float32Array) => void;
  /** Called before a GPU is opened. */
  beforeOpen: () => Promise<void>;
  /** How often a GPU was opened. */
  opened: number;
  /** The GPU fails with this error. */
  failGpu: (error: Error) => void;
  /** Lets so many milliseconds pass on the lab's clock, which goes on by one each time it is read. */
  pass(ms: number): void;
  /** The same stores under a new session, as after a reload of the page. */
  reload(): void;
  /** Another session on the same stores, while the first goes on. */
  openSecondTab(): TrainApi;
  createTrial(change?: Partial<TrialSettings>, weights?: NewTrial["weights"]): Promise<Trial>;
}

const exportZeros: ExportModel = () => ({ files: [], run: async () => new Float32Array(2) });

/** 22 films to train on (five steps of four, two films over), 7 to validate. */
export function createTestLab(targets?: string[]): TestLab {
  const { sample, read } = createTestSample(22, 7, targets);
  const { positive, uncertain, blank } = TEST_SETTINGS;
  const moreTargets = sample.targets.slice(1).map((target) => ({ target, positive, uncertain, blank }));
  const kept = createTestKeyValue<CheckpointRecord>();
  const records = createTestKeyValue<Trial>();
  const samples = createTestKeyValue<PreparedSample>();
  const courses = createTestKeyValue<Course>();
  const trials = createTrialStore({ numbers: createTestKeyValue<number>(), trials: records, samples, courses });
  const held = new Set<number>();
  let clock = 0;

  const open = (): TrainApi => {
    const tools: Tools = {
      openGpu: async () => {
        await lab.beforeOpen();
        lab.opened++;
        return {
          report: ADAPTER,
          failed: new Promise<never>((_, reject) => {
            lab.failGpu = reject;
          }),
        };
      },
      createEngine: (_name, options, seed) => {
        const engine = createTestEngine(TEST_SIZE ** 2, seed, options.classes);
        const lent = { engine, options, disposed: false };
        engine.dispose = () => {
          lent.disposed = true;
        };
        lab.engines.push(lent);
        lab.onEngine(engine);
        return engine;
      },
      openFilms: async () => ({ imageSize: TEST_SIZE, locate: async ({ slots }) => slots, read, close: () => {} }),
      readWeights: (bytes, source, arch) => {
        const pixels = TEST_SIZE ** 2;
        const length = bytes.byteLength / 4 / (pixels + 1);
        if (!Number.isInteger(length)) throw new LabError("weightsMismatch", `${source} does not fit.`, "bias");
        const model = new Map([
          ["classifier.weight", { shape: [length, pixels], data: new Float32Array(bytes, 0, length * pixels) }],
          ["classifier.bias", { shape: [length], data: new Float32Array(bytes, 4 * length * pixels) }],
        ]);
        const classes = Array.from({ length }, (_, k) => `class ${k + 1}`);
        return {
          model,
          info: { arch, head: "linear", normalisation: "imagenet", classes, imageSize: TEST_SIZE },
          notes: ["read"],
        };
      },
      // The "body" of this network is nothing: another head is a network of zeros.
      pickClasses,
      fitWeights: (_, { classes }) =>
        new Map([
          ["classifier.weight", { shape: [classes, TEST_SIZE ** 2], data: new Float32Array(classes * TEST_SIZE ** 2) }],
          ["classifier.bias", { shape: [classes], data: new Float32Array(classes) }],
        ]),
      // Files that give zero whatever they are asked.
      exports: { onnx: exportZeros, tfjs: exportZeros },
      writeWeights: (model) => {
        const floats = Float32Array.from([...model.values()].flatMap(({ data }) => [...data]));
        lab.beforeWrite(floats);
        return floats.buffer;
      },
      trials,
      checkpoints: createCheckpointStore(kept, trials),
      films: {
        list: async () => lab.films,
        remove: async (store) =>
          void lab.films.splice(
            lab.films.findIndex((set) => set.store === store),
            1,
          ),
      },
      holdTrial: async (id, work) => {
        if (held.has(id)) throw new LabError("badSettings", "held");
        held.add(id);
        try {
          return await work();
        } finally {
          held.delete(id);
        }
      },
      versions: { lab: "test" },
      now: () => clock++,
    };
    return createSession(tools);
  };

  const lab: TestLab = {
    session: open(),
    settings: { ...TEST_SETTINGS, moreTargets },
    sample,
    kept,
    records,
    samples,
    courses,
    films: [{ store: sample.store, imageSize: TEST_SIZE, films: 29, bytes: 29 * TEST_SIZE ** 2 }],
    engines: [],
    onEngine: () => {},
    beforeWrite: () => {},
    beforeOpen: async () => {},
    opened: 0,
    failGpu: () => {},
    pass: (ms) => {
      clock += ms;
    },
    reload: () => {
      held.clear();
      lab.session = open();
    },
    openSecondTab: open,
    createTrial: (change = {}, weights = { kind: "fresh" }) =>
      lab.session.createTrial({
        settings: { ...lab.settings, ...change },
        sample,
        dataset: { name: "made", format: "chexpert", rows: 29, films: 29, csvPath: "train.csv", csvSha256: "0" },
        finder: null,
        weights,
      }),
  };
  return lab;
}

export interface Page<Event> {
  /** Called with each event; may answer with a command. */
  onEvent?: (event: Event) => JobCommand["type"] | undefined;
  /** Called before the job starts, with the way to command it. */
  onStart?: (send: (command: JobCommand["type"]) => void) => void;
}

/** Starts a job and resolves to all its events once its port is closed. */
export async function play<Event extends { type: string } = TrainEvent>(
  start: (port: MessagePort) => Promise<void>,
  { onEvent, onStart }: Page<Event> = {},
): Promise<Event[]> {
  const { port1, port2 } = new MessageChannel();
  const events: Event[] = [];
  const closed = new Promise<void>((resolve) => port1.addEventListener("close", () => resolve()));
  port1.onmessage = ({ data }: MessageEvent<Event>) => {
    events.push(data);
    const command = onEvent?.(data);
    if (command) port1.postMessage({ type: command });
  };
  onStart?.((command) => port1.postMessage({ type: command }));
  await start(port2);
  await closed;
  return events;
}

/** Commands the job within step `at`, and holds that step until the command has come through. */
export function commandAt<Event>(lab: TestLab, at: number, command: JobCommand["type"]): Page<Event> {
  const page: { send?: (command: JobCommand["type"]) => void } = {};
  lab.onEngine = (engine) => {
    const { trainStep } = engine;
    let step = 0;
    engine.trainStep = async (...given) => {
      const loss = await trainStep(...given);
      if (step++ === at) {
        page.send?.(command);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      return loss;
    };
  };
  return {
    onStart: (send) => {
      page.send = send;
    },
  };
}
