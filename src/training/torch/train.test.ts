// train.py against the lab: what is drawn, the first steps, runs by one process and by two, and its weights back in the lab. The trials are
// trained by the real engine, and Python is started as seldom as can be: torch takes seconds to import.
import { readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Papa from "papaparse";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findTorch } from "../../../scripts/torch.mjs";
import { openDawn } from "../../../scripts/vulkan";
import { drawEpoch } from "../../data/balance";
import jpegs from "../../data/films/golden/jpeg.json";
import { prepareFilm } from "../../data/films/prepareFilm";
import moved from "../../nn/golden/moves.json";
import { composeMove, type FilmChange } from "../../nn/moves";
import { createRandom } from "../../nn/random";
import { readWeights } from "../../nn/weights";
import { isBetter } from "../../protocol/metrics";
import { cutPasses, leastPass } from "../../protocol/passes";
import { planPhases } from "../../protocol/schedule";
import { DEFAULT_SETTINGS, FASTAI_AUGMENTATION, FITS, METRICS, type TrialSettings } from "../../protocol/settings";
import type { Trial } from "../../protocol/training";
import { augmentEpoch } from "../augment";
import { cutWholeBatches, shuffleEpoch } from "../batches";
import { findEarlyEnd } from "../earlyStop";
import { type Call, openTorchLab, probe, probeByTwo, runTorch, SIZE, type TorchLab } from "./testSupport";

const python = findTorch();

const VALID_LOSSES = [0.7, 0.6, 0.65, 0.6, 0.61, 0.7];
const PLATEAU: TrialSettings = { ...DEFAULT_SETTINGS, schedule: "plateau", plateauPatience: 2, epochs: 9 };
const STOPPING: TrialSettings = { ...DEFAULT_SETTINGS, freezeEpochs: 2, earlyStop: 2, epochs: 7 };
const EPOCHS = VALID_LOSSES.map((validLoss, epoch) => ({
  epoch,
  validLoss,
  accuracy: [0.5, 0.8, 0.7, 0.8, 0.9, 0.6][epoch]!,
  // Not of every validation there is one.
  auroc: [0.6, null, 0.6, 0.61, 0.5, 0.4][epoch]!,
  trainLoss: 0,
  seconds: 0,
}));

/** All that is drawn, weighed or carried on. */
const ALL: Partial<TrialSettings> = {
  ...FASTAI_AUGMENTATION,
  shift: 0.05,
  flip: true,
  mixup: 0.4,
  labelSmoothing: 0.1,
  loss: "focal",
  head: "fastai",
  balance: "undersample",
  freshEachEpoch: true,
  freezeEpochs: 1,
  sliceFrom: 1e-3,
  schedule: "flatCos",
  normDecay: false,
  weightDecay: 0.1,
  clipNorm: 0.3,
  averageDecay: 0.9,
  averageLast: 2,
};
const OTHERS: Record<string, Partial<TrialSettings>> = {
  undersample: { balance: "undersample" },
  oversample: { balance: "oversample" },
  // In passes of the network, two targets, and an eps by which AdamW's steps depend on the size of gradients, as they hardly do else.
  weight: { balance: "weight", filmsPerPass: 4, schedule: "plateau", plateauPatience: 1, maxLr: 4e-3, eps: 1e-2 },
};

type Figures = Pick<Log, "steps">;

interface Log {
  steps: { loss: number; lr: number; momentum: number }[];
  epochs: { validLoss: number; accuracy: number; auroc: number; aurocs: number[] }[];
  notes: string[];
}
const readLog = (out: string, trial: Trial): Log =>
  JSON.parse(readFileSync(join(out, `trial-${trial.id}-torch-log.json`), "utf8"));
const weightsIn = (out: string, trial: Trial, which = "") =>
  readFileSync(join(out, `trial-${trial.id}-torch${which}.safetensors`));
async function readFile(out: string, trial: Trial, which = "") {
  return readWeights(await new Blob([weightsIn(out, trial, which)]).arrayBuffer(), "file", "densenet-mini");
}
const lossesOf = (log: Figures) => log.steps.map(({ loss }) => loss);

function expectNear(ours: readonly number[], theirs: readonly number[], within: number): void {
  expect(ours.length).toBe(theirs.length);
  for (const [at, value] of ours.entries()) expect(Math.abs(value - theirs[at]!), `at ${at}`).toBeLessThan(within);
}

const skipped = python ? "train.py" : "train.py, skipped: no Python with torch and torchvision is found here";
describe.skipIf(!python)(skipped, () => {
  let lab: TorchLab;
  let plain: Trial;
  let all: Trial;
  let weighted: Trial;
  const bundles = new Map<number, string>();
  const out = (trial: Trial, run: string) => join(bundles.get(trial.id)!, run);
  const others = new Map<string, Trial>();
  const answers = new Map<string, unknown>();

  const common = () => ["--data", lab.folder, "--device", "cpu"];

  /** Every question to the one Python process, in order: a run that goes on comes after the one that it goes on from. */
  function listCalls(): [name: string, call: Call][] {
    const ask = (name: string, trial: Trial, call: string, ...given: unknown[]): [string, Call] => [
      name,
      { bundle: bundles.get(trial.id)!, call, arguments: given },
    ];
    const run = (name: string, trial: Trial, folder: string, ...flags: string[]) =>
      ask(name, trial, "main", ...common(), "--out", out(trial, folder), ...flags);
    const change = ["--epochs", "1", "--max-lr", "1e-9", "--precision", "bfloat16"];
    const { film, size, cases } = moved;
    return [
      ...[...others, ["fresh", all] as const].flatMap(([name, trial]) =>
        [0, 1, 7].map((epoch) => ask(`order ${name} ${epoch}`, trial, "order", epoch)),
      ),
      ask("draws", plain, "draw", 2 ** 40 + 7, "dropout", [3, 1], 5, 1000),
      ask("moves", all, "moves", 1, [
        [0, 1],
        [5, 0],
        [17, 2],
      ]),
      ask("blend", all, "blend", 1, 2, 8),
      ...cases.map(({ name, change }) =>
        ask(`picture ${name}`, plain, "picture", film, size, composeMove(change as FilmChange, size)),
      ),
      ...JPEGS.flatMap(({ name }, at) => FITS.map((fit) => ask(`read ${fit} ${name}`, plain, "read", jpegPath(at), SIZE, fit))),
      ...SCHEDULES.map((settings) => ask(`rates ${settings.schedule}`, plain, "rates", settings, 7, [])),
      ask("plateau", plain, "rates", PLATEAU, 1, VALID_LOSSES),
      ...METRICS.map((keepBest) => ask(`over ${keepBest}`, plain, "over", { ...STOPPING, keepBest }, EPOCHS)),
      ...CUT.flatMap((settings, at) => [1, 3].map((world) => ask(`passes ${at} ${world}`, plain, "passes", settings, world))),
      ask("settings", plain, "settings", { epochs: 4, maxLr: 1e-2, sliceFrom: 1e-3, seed: 3 }, null, 1e-4),
      ask("arrays", plain, "arrays", foreign()),
      ask("auroc", plain, "auroc", [1, 2, 2, 2, 3, 0], [0, 1, 0, 0, 1, 0]),
      run("repeated", plain, "one"),
      run("again", plain, "one", "--continue"),
      run("repeated with all", all, "one"),
      run("repeated weighted", weighted, "one"),
      ask("scaled", all, "main_scaled", ...common(), "--out", out(all, "scaled"), "--max-steps", "6"),
      ...[7, 8].map((capability) => ask(`precision ${capability}`, plain, "precision", capability)),
      ask("cards", plain, "cards", 2, 3),
      run("interrupted", all, "resumed", "--max-steps", "3"),
      run("resumed", all, "resumed", "--resume"),
      run("other", all, "resumed", "--resume", "--continue"),
      ask("elsewhere", plain, "main", "--data", tmpdir(), "--device", "cpu", "--out", out(plain, "elsewhere")),
      run("no weights", plain, "none", "--weights", foreign().replace("foreign", "none")),
      run("no file of weights", plain, "none", "--weights", jpegPath(0)),
      run("other weights", plain, "none", "--weights", foreign()),
      run("continued", plain, "on", "--continue", ...change),
    ];
  }

  const CUT = [
    { ...DEFAULT_SETTINGS, batchSize: 10, filmsPerPass: 4, imageSize: 32 },
    { ...DEFAULT_SETTINGS, batchSize: 8, filmsPerPass: 0, imageSize: 64 },
    { ...DEFAULT_SETTINGS, batchSize: 7, filmsPerPass: 3, head: "fastai" as const },
  ];
  /** As `safetensors.torch.save_file` writes a state dict that is no floats throughout. */
  const foreign = () => join(bundles.get(plain.id)!, "foreign.safetensors");
  function writeForeign(): void {
    const header = JSON.stringify({
      halves: { dtype: "F16", shape: [2], data_offsets: [0, 4] },
      brain: { dtype: "BF16", shape: [1, 1], data_offsets: [4, 6] },
      count: { dtype: "I64", shape: [], data_offsets: [6, 14] },
    });
    const numbers = Buffer.from("003c00c0c03f0700000000000000", "hex");
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    writeFileSync(foreign(), Buffer.concat([length, Buffer.from(header), numbers]));
  }

  const JPEGS = jpegs.cases.slice(0, 8);
  const jpegPath = (at: number) => join(bundles.get(plain.id)!, `film${at}.jpg`);
  const SCHEDULES = (["oneCycle", "flatCos", "constant", "plateau"] as const).map((schedule) => ({
    ...DEFAULT_SETTINGS,
    schedule,
  }));

  beforeAll(async () => {
    await openDawn();
    lab = await openTorchLab();
    plain = await lab.createTrial({});
    all = await lab.createTrial(ALL, 2);
    for (const [name, settings] of Object.entries(OTHERS)) others.set(name, await lab.createTrial(settings, 2));
    weighted = others.get("weight")!;
    for (const trial of [plain, all, weighted]) await lab.train(trial);
    // Two find their films in the folder.
    for (const trial of [plain, all, ...others.values()]) bundles.set(trial.id, await lab.unpack(trial, trial === weighted));
    writeForeign();
    for (const [at, { base64 }] of JPEGS.entries()) writeFileSync(jpegPath(at), Buffer.from(base64, "base64"));
    const calls = listCalls();
    const two = (trial: Trial, ...flags: string[]): Call => ({
      bundle: bundles.get(trial.id)!,
      call: "main",
      arguments: [...common(), "--out", out(trial, "two"), ...flags],
    });
    const byTwo = async () => {
      await runTorch(python!, [join(bundles.get(plain.id)!, "train.py"), ...common(), "--out", out(plain, "two"), "--sync-bn"]);
      expect(await probeByTwo(python!, [two(all, "--sync-bn"), two(weighted)])).toEqual([null, null]);
    };
    const asked = calls.map(([, call]) => call);
    const [given] = await Promise.all([probe(python!, asked), byTwo()]);
    calls.forEach(([name], at) => {
      answers.set(name, given[at]);
    });
  }, 300_000);

  afterAll(() => lab?.remove());

  it("draws the lab's films in the lab's order, whatever the balance", async () => {
    for (const [name, trial] of [...others, ["fresh", all] as const]) {
      const { settings } = trial;
      const { train, targets } = await lab.session.readSample(trial.id);
      const labels = train.labels.filter((_, at) => at % targets.length === 0);
      for (const epoch of [0, 1, 7]) {
        const order = shuffleEpoch(drawEpoch({ ...settings, labels }, epoch), settings.seed, epoch);
        const batches = cutWholeBatches(order, settings.batchSize).map((batch) => [...batch]);
        expect(batches.length).toBeGreaterThan(1);
        expect(answers.get(`order ${name} ${epoch}`), `${name}, epoch ${epoch}`).toEqual(batches);
      }
    }
  });

  it("draws numbers one by one and many at once as the lab does", () => {
    const random = createRandom(2 ** 40 + 7, "dropout", 3, 1);
    for (let skipped = 0; skipped < 5; skipped++) random.float();
    const expected = Array.from({ length: 1001 }, () => random.float());
    expect(answers.get("draws")).toEqual([expected, expected]);
  });

  it("draws moves and mixup as the lab does", () => {
    // A film that came before is drawn anew.
    const before = [Uint32Array.of(0, 17), Uint32Array.of(17)];
    const films = Uint32Array.of(0, 5, 17);
    const batch = {
      count: 3,
      images: { kind: "films", data: new Uint8Array(), size: SIZE } as const,
      targets: new Float32Array(3),
    };
    const { mixup: _, ...unmixed } = all.settings;
    const { moves } = augmentEpoch({ ...unmixed, mixup: 0 }, 1, before)(batch, films);
    expectNear(
      (answers.get("moves") as number[][]).flatMap((move) => [...move, 0, 0]),
      [...moves!],
      1e-6,
    );

    const eight = { ...batch, count: 8, targets: new Float32Array(16) };
    const mixed = augmentEpoch(all.settings, 1, [films, films])(
      eight,
      Uint32Array.from({ length: 8 }, (_, film) => film),
    );
    const [shares, partners] = answers.get("blend") as [number[], number[]];
    expectNear(shares, [...mixed.blend!.shares], 1e-6);
    expect(partners).toEqual([...mixed.blend!.partners]);
  });

  it.each(moved.cases)("moves a film as the lab does: $name", ({ name, picture }) => {
    expectNear(answers.get(`picture ${name}`) as number[], picture, 1e-5);
  });

  it("reads films to the lab's bytes", async () => {
    for (const [at, { name }] of JPEGS.entries()) {
      for (const fit of FITS) {
        const bytes = new Uint8Array(SIZE * SIZE);
        await prepareFilm(
          Uint8Array.from(readFileSync(jpegPath(at))),
          name,
          { ...DEFAULT_SETTINGS, imageSize: SIZE, fit },
          bytes,
        );
        expect(answers.get(`read ${fit} ${name}`), `${name}, ${fit}`).toEqual([...bytes]);
      }
    }
  });

  it.each(SCHEDULES)("follows the lab's schedule $schedule", (settings) => {
    const [phase] = planPhases({ ...settings, epochs: 1, freezeEpochs: 0 }, 7);
    const expected = Array.from({ length: 7 }, (_, step) => phase!.ratesAt(step, [])).map(({ lr, momentum }) => [lr, momentum]);
    expectNear((answers.get(`rates ${settings.schedule}`) as number[][]).flat(), expected.flat(), 1e-12);
  });

  it("lowers the rate on a plateau, and knows the best epoch and the end, as the lab does", () => {
    const lr = planPhases(PLATEAU, 1)[0]!.ratesAt(VALID_LOSSES.length, EPOCHS).lr;
    expect((answers.get("plateau") as number[][])[0]![0]).toBeCloseTo(lr, 12);
    expect(lr).toBeLessThan(PLATEAU.maxLr);
    for (const keepBest of METRICS) {
      const expected = EPOCHS.map((_, at) => {
        const epochs = EPOCHS.slice(0, at + 1);
        const best = epochs.reduce((best, epoch, i) => (isBetter(keepBest, epoch, epochs[best] ?? null) ? i : best), -1);
        return [findEarlyEnd({ ...STOPPING, keepBest }, STOPPING.freezeEpochs, epochs) !== null, best];
      });
      expect(answers.get(`over ${keepBest}`), keepBest).toEqual(expected);
      expect(expected.some(([isOver]) => isOver)).toBe(true);
    }
  });

  it("cuts a batch into the lab's passes, of several processes as many each", () => {
    for (const [at, settings] of CUT.entries()) {
      const { batchSize, filmsPerPass } = settings;
      const [[alone], least] = answers.get(`passes ${at} 1`) as [[number, number][][], number];
      expect(alone!.map(([start, end]) => end - start)).toEqual(cutPasses(batchSize, filmsPerPass));
      expect(least).toBe(leastPass(settings));
      const [three] = answers.get(`passes ${at} 3`) as [[number, number][][]];
      expect(new Set(three.map((passes) => passes.length)).size).toBe(1);
      const places = three.flat().flatMap(([start, end]) => Array.from({ length: end - start }, (_, place) => start + place));
      expect(places).toEqual(Array.from({ length: batchSize }, (_, place) => place));
    }
  });

  it("lowers the rates of the first layers with another Max LR", () => {
    expect(answers.get("settings")).toEqual({ epochs: 4, maxLr: 1e-4, sliceFrom: expect.closeTo(1e-5, 12), seed: 3 });
  });

  it("reads weights of whatever numbers, and says what is wrong with a file that holds none", () => {
    expect(answers.get("arrays")).toEqual({ halves: [[2], [1, -2]], brain: [[1, 1], [1.5]], count: [[], [7]] });
    expect(answers.get("no weights")).toMatch(/none\.safetensors cannot be read: No such file/);
    expect(answers.get("no file of weights")).toMatch(/film0\.jpg is no whole safetensors file/);
    expect(answers.get("other weights")).toMatch(/is of another network: missing .*conv0/);
  });

  it("counts ties by half", () => {
    expect(answers.get("auroc")).toBeCloseTo(7 / 8, 12);
  });

  it("repeats a trial by one process: the lab's losses from the first on, and its rates", async () => {
    // BatchNorm over passes of four films enlarges what rounding leaves, which is soon a loss of its own.
    for (const [trial, compared] of [
      [plain, 10],
      [all, 6],
      [weighted, 3],
    ] as const) {
      const { steps, epochs } = readLog(out(trial, "one"), trial);
      const kept = await lab.session.readSteps(trial.id);
      expectNear(lossesOf({ steps }).slice(0, compared), [...kept.loss.slice(0, compared)], 1e-4);
      expectNear(
        steps.map(({ lr }) => lr),
        [...kept.lr],
        1e-12,
      );
      expect(epochs).toHaveLength(2);
    }
  });

  it("notes what is not as in the lab, and nothing of a plain repetition", async () => {
    expect(readLog(out(plain, "one"), plain).notes).toEqual([]);
    expect(readLog(out(plain, "on"), plain).notes).toEqual([expect.stringMatching(/bfloat16/)]);
    expect(readLog(out(weighted, "one"), weighted).notes).toEqual([expect.stringMatching(/passes of 4 films/)]);
  });

  it("takes a scaled loss's gradients to the same steps: scaled before they are summed, unscaled before they are clipped", () => {
    expect(answers.get("scaled")).toBeNull();
    expect(lossesOf(readLog(out(all, "scaled"), all))).toEqual(lossesOf(readLog(out(all, "one"), all)).slice(0, 6));
  });

  it("computes on a card in the halves that it has, and refuses more processes than there are cards", () => {
    expect([7, 8].map((capability) => answers.get(`precision ${capability}`))).toEqual(["torch.float16", "torch.bfloat16"]);
    expect(answers.get("cards")).toMatch(/3 processes need as many graphics cards, and this machine has 2/);
  });

  it("goes on from a checkpoint to the very weights of the run that was not interrupted, and from no other's", () => {
    expect(["interrupted", "resumed"].map((name) => answers.get(name))).toEqual([null, null]);
    expect(weightsIn(out(all, "resumed"), all).equals(weightsIn(out(all, "one"), all))).toBe(true);
    expect(answers.get("other")).toMatch(/other settings, films or weights/);
  });

  it("continues from the trial's last weights", async () => {
    // At a rate of next to nothing they stay what they are; autocast leaves them whole floats.
    const { model } = await readFile(out(plain, "on"), plain);
    const { bytes } = await lab.session.exportWeights(plain.id, "last");
    const { model: last } = readWeights(bytes, "last", "densenet-mini");
    for (const name of ["features.conv0.weight", "classifier.weight"])
      expectNear([...model.get(name)!.data], [...last.get(name)!.data], 1e-6);
  });

  it("takes the same steps by two processes with one BatchNorm as by one", () => {
    for (const trial of [plain, all]) {
      const [one, two] = [readLog(out(trial, "one"), trial), readLog(out(trial, "two"), trial)];
      expectNear(lossesOf(two), lossesOf(one), 1e-3);
    }
  });

  it("learns by two processes whose BatchNorms are apart, and says that they are", () => {
    const [one, two] = [readLog(out(weighted, "one"), weighted), readLog(out(weighted, "two"), weighted)];
    // Passes of four films, as by one process, so that all steps are the same.
    expect(two.notes).toEqual([expect.stringMatching(/passes of 4/), expect.stringMatching(/each process's 4 films/)]);
    expectNear(lossesOf(two), lossesOf(one), 1e-4);
  });

  it("writes over no run that is there", () => {
    expect(answers.get("again")).toMatch(/holds a run already.*--resume.*--out/);
  });

  it("refuses a folder of other films, naming one and the way out", () => {
    expect(answers.get("elsewhere")).toMatch(/^70 of 70 films cannot be read as in the lab, such as .*\.bmp.*--data/);
  });

  it("gives weights, by two processes, that the lab evaluates to the same figures and logits", async () => {
    for (const trial of [plain, all, weighted]) {
      const { epochs } = readLog(out(trial, "two"), trial);
      const evaluation = await lab.evaluate(trial, join(out(trial, "two"), `trial-${trial.id}-torch.safetensors`));
      expect(Math.abs(evaluation.auroc! - epochs.at(-1)!.auroc)).toBeLessThan(1e-3);
      expect(Math.abs(evaluation.loss - epochs.at(-1)!.validLoss)).toBeLessThan(1e-4);
      const predictions = readFileSync(join(out(trial, "two"), `trial-${trial.id}-torch-predictions.csv`), "utf8");
      const [head, ...rows] = Papa.parse<string[]>(predictions, { skipEmptyLines: true }).data;
      expect(head!.join()).toBe(`path,target,logit,probability${trial === plain ? "" : ",finding"}`);
      expect(rows.map(([path]) => path)).toEqual(evaluation.paths.flatMap((path) => evaluation.targets.map(() => path)));
      expect(rows.map(([, label]) => label)).toEqual(Array.from(evaluation.labels, (label) => (label > 1 ? "" : String(label))));
      expectNear(
        rows.map(([, , logit]) => Number(logit)),
        [...evaluation.logits],
        1e-3,
      );
    }
  });

  it("writes the mean of the last epochs' weights as the lab's own files are", async () => {
    const { info } = await readFile(out(all, "one"), all, "-average");
    expect(info).toEqual({
      arch: "densenet-mini",
      head: "fastai",
      normalisation: "imagenet",
      classes: ["Cardiomegaly", "Edema"],
      imageSize: SIZE,
    });
  });
});
