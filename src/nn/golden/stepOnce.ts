// One training step by formula, and how far it is from PyTorch's golden of it. For tests and for the check of a graphics card: it judges by
// the rule of both, and expects nothing itself.
import { ARCHITECTURES, type Architecture, HEADS, type Head } from "../../protocol/settings";
import { getGpu } from "../backend";
import { DENSENETS, listArrays } from "../densenet";
import { beforeTraining, type Engine, type EngineOptions, type NamedArrays, type OptimizerStep } from "../engine";
import { createFusedEngine } from "../fusedEngine";
import type { Random } from "../random";
import { createStockEngine } from "../stockEngine";
import { FIGURES, makeBatch, relative, type Spread, type Summaries, spread } from "./compare";
import { hashAt, hashName, modelByFormula } from "./formula";

/** The fused engine as it tiles its work for a graphics card. */
function createTiledEngine(options: EngineOptions, seed: number): Engine {
  const { device, report } = getGpu();
  return createFusedEngine(options, seed, { device, report: { ...report, isSoftware: false } });
}

const ENGINES = { stock: createStockEngine, fused: createFusedEngine, tiled: createTiledEngine };
export type GoldenEngine = keyof typeof ENGINES;

export const findArch = (name: string) => ARCHITECTURES.find((known) => known === name) as Architecture;
export const findHead = (name = "linear") => HEADS.find((known) => known === name) as Head;

export function openEngine(kind: GoldenEngine, options: EngineOptions): Engine {
  const engine = ENGINES[kind](options, 0);
  engine.restore(beforeTraining(modelByFormula(listArrays(DENSENETS[options.arch], options.classes, options.head))));
  return engine;
}

/** The stream of numbers that the golden's dropout is drawn by. */
function drawByFormula(name: string): Random {
  const hash = hashName(name);
  let drawn = 0;
  const refuse = () => {
    throw new Error("Dropout draws by float() alone");
  };
  return { float: () => hashAt(hash, drawn++) / 2 ** 32, int: refuse, normal: refuse };
}

/** How far a step is from float64: the loss and the logits relative, gradients and the state after the step by tensor. */
export interface StepDistances {
  loss: number;
  logits: number;
  gradients: Spread;
  state: Spread;
}

/** What `make.py` writes of a training step. */
export interface Golden {
  arch: string;
  /** Left out: `linear`. */
  head?: string;
  /** The name of the stream that dropout is drawn by; left out, nothing is dropped. */
  dropped?: string;
  count: number;
  size: number;
  targets: number[];
  optimizer: { lr: number; betas: number[]; eps: number; weightDecay: number };
  positiveWeights: number[];
  loss: number;
  logits: number[];
  gradients: Summaries;
  state: Summaries;
  /** PyTorch's own distance from float64 in float32; and those of float64 which stores activations in halves, or multiplies in them. */
  torchFloat32: StepDistances;
  torchHalf?: StepDistances;
  torchHalfProducts?: StepDistances;
}

/** How an engine computes it. */
export type StepPrecision = Pick<EngineOptions, "activations" | "arithmetic" | "subgroups">;

/** One AdamW step of an engine: its gradients, the model after it, and how far all are from float64. */
export async function stepOnce(kind: GoldenEngine, golden: Golden, precision: StepPrecision = {}) {
  const { count, size, targets, optimizer, positiveWeights } = golden;
  const classes = positiveWeights.length;
  const head = findHead(golden.head);
  const engine = openEngine(kind, { arch: findArch(golden.arch), classes, head, positiveWeights, ...precision });
  const [beta1 = 0, beta2 = 0] = optimizer.betas;
  const step: OptimizerStep = { name: "adamw", ...optimizer, beta1, beta2 };
  let gradients: NamedArrays = new Map();
  let logits = new Float32Array();
  const random = golden.dropped ? drawByFormula(golden.dropped) : undefined;
  try {
    const loss = await engine.trainStep({ ...makeBatch(golden.arch, count, size, targets), random }, step, (seen) => {
      gradients = seen.gradients;
      logits = Float32Array.from(seen.logits);
    });
    const { model } = await engine.snapshot();
    const distances: StepDistances = {
      loss: Math.abs(loss / golden.loss - 1),
      logits: relative(logits, golden.logits),
      gradients: spread(gradients, golden.gradients),
      state: spread(model, golden.state),
    };
    return { gradients, model, distances };
  } finally {
    engine.dispose();
  }
}

const times = (factor: number, { median, p99, worst }: Spread): Spread => ({
  median: factor * median,
  p99: factor * p99,
  worst: factor * worst,
});

/** The rule in float32: logits 1e-4, loss 1e-5, and the rest no further from float64 than three times PyTorch's own float32. */
export const allowFloat32 = ({ torchFloat32: { gradients, state } }: Golden): StepDistances => ({
  loss: 1e-5,
  logits: 1e-4,
  gradients: times(3, gradients),
  state: times(3, state),
});

/** In halves: half as much again as float64 that stores them, or multiplies in them, where the engine does. */
export const allowHalves = ({ loss, logits, gradients, state }: StepDistances): StepDistances => ({
  loss: 1.5 * loss,
  logits: 1.5 * logits,
  gradients: times(1.5, gradients),
  state: times(1.5, state),
});

/** The figures that a step is judged by, each with what it may be. */
export function listFigures(
  ours: StepDistances,
  allowed: StepDistances,
): { figure: string; distance: number; allowed: number }[] {
  const spreads = (["gradients", "state"] as const).flatMap((what) =>
    FIGURES.map((figure) => ({
      figure: `${figure} of the ${what}`,
      distance: ours[what][figure],
      allowed: allowed[what][figure],
    })),
  );
  const single = (["loss", "logits"] as const).map((what) => ({ figure: what, distance: ours[what], allowed: allowed[what] }));
  return [...single, ...spreads];
}
