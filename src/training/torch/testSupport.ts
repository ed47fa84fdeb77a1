// Trials of the small net on drawn films, trained by the real engine in Node, and their bundles unpacked for a Python with torch. For tests.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { drawFilmFile, listDrawnFilms } from "../../data/drawn/drawnFilms";
import { shapeFilm } from "../../data/films/shapeFilm";
import { openWebGpu } from "../../nn/backend";
import { createEngine } from "../../nn/createEngine";
import { fitWeights, pickClasses } from "../../nn/fitWeights";
import { readWeights, writeWeights } from "../../nn/weights";
import { type PreparedPart, type PreparedSample, UNKNOWN_LABEL } from "../../protocol/dataset";
import { DEFAULT_SETTINGS, type TrialSettings } from "../../protocol/settings";
import type { EvaluateEvent, Evaluation, TrainApi, TrainEvent, Trial } from "../../protocol/training";
import { createCheckpointStore } from "../../storage/checkpoints";
import { packKeys } from "../../storage/filmKeys";
import { sha256 } from "../../storage/sha256";
import { createTestKeyValue } from "../../storage/testKeyValue";
import { createTrialStore } from "../../storage/trials";
import { readZip } from "../../storage/zip";
import { createSession } from "../session";
import { play } from "../testLab";
import { createTestSample } from "../testSample";
import type { Tools } from "../workbench";

export const SIZE = 32;
const TRAIN_FILMS = 46;
const VALID_FILMS = 24;
const DRAWN_SIDE = 144;
const SETTINGS: TrialSettings = {
  ...DEFAULT_SETTINGS,
  arch: "densenet-mini",
  imageSize: SIZE,
  batchSize: 8,
  epochs: 2,
  maxLr: 5e-3,
  balance: "none",
  checkpointEverySteps: 4,
  seed: 11,
};
const SECOND_TARGET = { target: "Edema", positive: ["1"], uncertain: "ignore", blank: "negative" } as const;

export interface TorchLab {
  session: TrainApi;
  /** Where the films lie as files. */
  folder: string;
  /** @param targets how many are learnt; the second is unknown of every third film */
  createTrial(change: Partial<TrialSettings>, targets?: 1 | 2): Promise<Trial>;
  train(trial: Trial): Promise<void>;
  /** The bundle as a folder. */
  unpack(trial: Trial, withFilms?: boolean): Promise<string>;
  evaluate(trial: Trial, weights: string): Promise<Evaluation>;
  /** Films, bundles and what came of them. */
  remove(): void;
}

/** Dawn is to be open. */
export async function openTorchLab(): Promise<TorchLab> {
  const root = mkdtempSync(join(tmpdir(), "roentgen-torch-"));
  const drawn = listDrawnFilms(5, TRAIN_FILMS + VALID_FILMS);
  const prepared = new Uint8Array(drawn.length * SIZE * SIZE);
  const keys: string[] = [];
  for (const [at, film] of drawn.entries()) {
    const file = new Uint8Array(await drawFilmFile(5, at, film).arrayBuffer());
    mkdirSync(dirname(join(root, "films", film.path)), { recursive: true });
    writeFileSync(join(root, "films", film.path), file);
    const data = file.slice(-DRAWN_SIDE * DRAWN_SIDE);
    const decoded = { width: DRAWN_SIDE, height: DRAWN_SIDE, data, grading: null, facts: null };
    prepared.set(shapeFilm(decoded, SETTINGS).pixels, at * SIZE * SIZE);
    keys.push(await sha256(file));
  }

  const makePart = (first: number, count: number, targets: number): PreparedPart => ({
    slots: Uint32Array.from({ length: count }, (_, film) => first + film),
    films: packKeys(keys.slice(first, first + count)),
    origins: {
      paths: drawn
        .slice(first, first + count)
        .map(({ path }) => `Drawn, "quoted"/${path}`)
        .join("\n"),
      files: drawn
        .slice(first, first + count)
        .map(({ path }) => path)
        .join("\n"),
      patients: Uint32Array.from({ length: count }, (_, film) => first + film),
    },
    labels: Uint8Array.from({ length: count * targets }, (_, at) => {
      const film = first + Math.floor(at / targets);
      const label = drawn[film]!.cardiomegaly === "1.0" ? 1 : 0;
      if (at % targets === 0) return label;
      return film % 3 === 0 ? UNKNOWN_LABEL : drawn[film]!.sex === "Male" ? 1 : 0;
    }),
  });
  const makeSample = (names: string[]): PreparedSample => {
    const { sample } = createTestSample(TRAIN_FILMS, VALID_FILMS, names);
    const valid = makePart(TRAIN_FILMS, VALID_FILMS, names.length);
    const train = makePart(0, TRAIN_FILMS, names.length);
    return { ...sample, imageSize: SIZE, train, valid, validPaths: valid.origins!.paths.split("\n") };
  };

  const trials = createTrialStore({
    numbers: createTestKeyValue(),
    trials: createTestKeyValue(),
    samples: createTestKeyValue(),
    courses: createTestKeyValue(),
  });
  const refuse = () => Promise.reject(new Error("Not in these tests"));
  const refuseExport = () => {
    throw new Error("Not in these tests");
  };
  const tools: Tools = {
    openGpu: openWebGpu,
    createEngine,
    readWeights,
    fitWeights,
    pickClasses,
    exports: { onnx: refuseExport, tfjs: refuseExport },
    writeWeights,
    trials,
    checkpoints: createCheckpointStore(createTestKeyValue(), trials),
    openFilms: async () => ({
      imageSize: SIZE,
      locate: async ({ slots }) => slots,
      read: async (slots) => {
        const films = new Uint8Array(slots.length * SIZE * SIZE);
        slots.forEach((slot, at) => {
          films.set(prepared.subarray(slot * SIZE * SIZE, (slot + 1) * SIZE * SIZE), at * SIZE * SIZE);
        });
        return films;
      },
      close: () => {},
    }),
    films: { list: refuse, remove: refuse },
    holdTrial: (_, work) => work(),
    versions: { lab: "test" },
    now: () => performance.now(),
  };
  const session = createSession(tools);
  await session.openAdapter(true);

  return {
    session,
    folder: join(root, "films"),
    createTrial(change, targets = 1) {
      const moreTargets = targets === 2 ? [{ ...SECOND_TARGET, positive: ["1"] }] : [];
      const settings = { ...SETTINGS, moreTargets, ...change };
      const sample = makeSample([settings.target, ...moreTargets.map(({ target }) => target)]);
      const dataset = { name: "Drawn films", format: "chexpert", rows: 70, films: 70, csvPath: "train.csv", csvSha256: "0" };
      return session.createTrial({ settings, sample, dataset, finder: null, weights: { kind: "fresh" } });
    },
    async train({ id }) {
      const ended = (await play<TrainEvent>((port) => session.train(id, port))).at(-1);
      if (ended?.type !== "finished") throw new Error(JSON.stringify(ended));
    },
    async unpack({ id }, withFilms = false) {
      const { file } = await session.exportTorchBundle(id, withFilms);
      const entries = await readZip(file);
      for (const { name, content } of entries) {
        mkdirSync(dirname(join(root, name)), { recursive: true });
        writeFileSync(join(root, name), new Uint8Array(await content.arrayBuffer()));
      }
      return join(root, `trial-${id}-torch`);
    },
    async evaluate(trial, weights) {
      const file = new Blob([readFileSync(weights)]);
      const sample = await session.readSample(trial.id);
      const request = { settings: trial.settings, sample, weights: { kind: "file", name: "w", file }, views: 0 } as const;
      const ended = (await play<EvaluateEvent>((port) => session.evaluate(request, port))).at(-1);
      if (ended?.type !== "finished") throw new Error(JSON.stringify(ended));
      return ended.evaluation;
    },
    remove: () => rmSync(root, { recursive: true }),
  };
}

export interface Call {
  bundle: string;
  call: string;
  arguments: unknown[];
}

const PROBE = join(import.meta.dirname, "probe.py");

/** What probe.py answers to each of the calls. */
export async function probe(python: string, calls: Call[]): Promise<unknown[]> {
  return JSON.parse(await runPython(python, [PROBE], JSON.stringify({ calls })));
}

/** The same by two processes together. */
export async function probeByTwo(python: string, calls: Call[]): Promise<unknown[]> {
  const file = join(calls[0]!.bundle, "calls.json");
  writeFileSync(file, JSON.stringify({ calls }));
  return JSON.parse(await runTorch(python, [PROBE, file]));
}

/** `torchrun --nproc_per_node 2`. */
export function runTorch(python: string, program: string[]): Promise<string> {
  // Debian's torch 1.13 has a torchrun that Python 3.11 breaks (no Std.NONE among Std), but for logs of a process that is not there.
  const logs = ["--redirects", "9:1", "--tee", "9:1"];
  // Not torchrun's own port, which another test run on this machine may have.
  const port = ["--master_port", String(20_000 + (process.pid % 20_000))];
  return runPython(python, ["-m", "torch.distributed.run", ...logs, ...port, "--nproc_per_node", "2", ...program]);
}

/** Standard output. @throws Error with standard error where the program fails */
function runPython(python: string, flags: string[], input = ""): Promise<string> {
  const child = spawn(python, flags, { stdio: ["pipe", "pipe", "pipe"], env: { ...process.env, OMP_NUM_THREADS: "1" } });
  const output = ["", ""];
  [child.stdout, child.stderr].forEach((stream, of) => {
    stream.setEncoding("utf8").on("data", (text) => {
      output[of] += text;
    });
  });
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => (code === 0 ? resolve(output[0]!) : reject(new Error(output[1]))));
  });
}
