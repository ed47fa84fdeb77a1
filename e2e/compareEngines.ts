// Both engines over the same films, wherever `navigator.gpu` is: engines.spec.ts runs it in a browser. Asserts nothing itself.
import { openWebGpu } from "../src/nn/backend";
import { createEngine } from "../src/nn/createEngine";
import { type Batch, type EngineOptions, type NamedArrays, type OptimizerStep, UNKNOWN } from "../src/nn/engine";
import { createRandom } from "../src/nn/random";
import type { EngineName } from "../src/protocol/settings";

/** An odd side, and no multiple of any tile. */
const [COUNT, SIZE] = [5, 70];
const OPTIONS: EngineOptions = { arch: "densenet-mini", classes: 2, positiveWeights: [1.5, 0.75] };
const STEP: OptimizerStep = { name: "adamw", lr: 1e-3, beta1: 0.9, beta2: 0.99, eps: 1e-8, weightDecay: 1e-2 };

function makeBatch(): Batch {
  const random = createRandom(1, "drawn");
  return {
    count: COUNT,
    images: { kind: "films", data: Uint8Array.from({ length: COUNT * SIZE * SIZE }, () => random.int(256)), size: SIZE },
    targets: Float32Array.from({ length: COUNT * 2 }, (_, at) => (at % 5 === 3 ? UNKNOWN : at % 2)),
  };
}

interface Seen {
  predicted: Float32Array;
  loss: number;
  logits: Float32Array;
  gradients: NamedArrays;
}

async function look(name: EngineName, changes: Partial<EngineOptions> = {}): Promise<Seen> {
  const engine = createEngine(name, { ...OPTIONS, ...changes }, 7);
  const batch = makeBatch();
  const predicted = await engine.predict(batch);
  let seen = { logits: new Float32Array(), gradients: new Map() as NamedArrays };
  const loss = await engine.trainStep(batch, STEP, (step) => {
    seen = { logits: Float32Array.from(step.logits), gradients: step.gradients };
  });
  engine.dispose();
  return { ...seen, predicted, loss };
}

/** Distance over norm. */
function relative(got: Float32Array, want: Float32Array): number {
  return Math.hypot(...want.map((value, at) => value - (got[at] ?? Number.NaN))) / Math.hypot(...want);
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const bytesOf = ({ predicted, loss, logits, gradients }: Seen) =>
  JSON.stringify([[...predicted], loss, [...logits], [...gradients.values()].map(({ data }) => [...data])]);

export async function compareEngines() {
  const { report } = await openWebGpu({ allowSoftware: true });
  const [stock, fused, again, halves] = [
    await look("stock"),
    await look("fused"),
    await look("fused"),
    await look("fused", { activations: "f16" }),
  ];
  return {
    adapter: report.name,
    predicted: relative(fused.predicted, stock.predicted),
    loss: Math.abs(fused.loss / stock.loss - 1),
    logits: relative(fused.logits, stock.logits),
    gradients: median(
      [...stock.gradients].map(([name, { data }]) => relative(fused.gradients.get(name)?.data ?? new Float32Array(), data)),
    ),
    sameBits: bytesOf(again) === bytesOf(fused),
    halves: Math.abs(halves.loss / fused.loss - 1),
  };
}
