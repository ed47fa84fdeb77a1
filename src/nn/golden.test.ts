// Both engines against torchvision, by the rule: logits 1e-4, loss 1e-5, and gradients and updated weights no further from
// float64 than three times PyTorch's own float32.
import { describe, expect, it } from "vitest";
import { openTestGpu } from "../../scripts/testGpu";
import { ARCHITECTURES, type Architecture } from "../protocol/settings";
import { DENSENETS, listArrays } from "./densenet";
import type { Batch, NamedArrays, OptimizerStep } from "./engine";
import { createFusedEngine } from "./fusedEngine";
import { fillByFormula, modelByFormula, project } from "./golden/formula";
import inference from "./golden/inference.json";
import training121 from "./golden/training121.json";
import trainingMini from "./golden/trainingMini.json";
import { createStockEngine } from "./stockEngine";

openTestGpu();

const ENGINES = { stock: createStockEngine, fused: createFusedEngine };

function openEngine(kind: keyof typeof ENGINES, name: string, classes: number, positiveWeight: number) {
  const arch = ARCHITECTURES.find((known) => known === name) as Architecture;
  const engine = ENGINES[kind]({ arch, classes, positiveWeight }, 0);
  engine.restore({ model: modelByFormula(listArrays(DENSENETS[arch], classes)), optimizer: new Map(), optimizerSteps: 0 });
  return engine;
}

function makeBatch(arch: string, count: number, size: number, classes: number): Batch {
  return {
    count,
    images: { kind: "normalised", data: fillByFormula(`films ${arch}`, count * 3 * size * size, 0, 2), size },
    targets: fillByFormula(`targets ${arch}`, count * classes, 0, 1).map((value) => (value > 0 ? 1 : 0)),
  };
}

const norm = (values: Iterable<number>) => Math.hypot(...values);

/** Distance over norm of the whole of `got` from `want`. */
function relative(got: Float32Array, want: number[]): number {
  return norm(want.map((value, index) => value - (got[index] ?? Number.NaN))) / norm(want);
}

describe.each(["stock", "fused"] as const)("inference of the %s engine", (kind) => {
  const { count, size, classes, cases } = inference;
  it.each(cases)("with $arch equals torchvision's", async ({ arch, logits }) => {
    const engine = openEngine(kind, arch, classes, 1);
    expect(relative(await engine.predict(makeBatch(arch, count, size, classes)), logits)).toBeLessThan(1e-4);
    engine.dispose();
  });
});

type Summaries = Record<string, { norm: number; projections: number[] }>;

/** Each tensor's distance from its summary over its norm, as the golden's own figures were made. */
function spread(arrays: NamedArrays, summaries: Summaries) {
  const errors = Object.entries(summaries)
    .map(([name, { norm: length, projections }]) => {
      const got = project(name, arrays.get(name)?.data ?? new Float32Array());
      const differences = projections.map((value, index) => value - (got[index] ?? Number.NaN));
      return norm(differences) / Math.sqrt(projections.length) / length;
    })
    .sort((a, b) => a - b);
  const quantile = (share: number) => errors[Math.round(share * (errors.length - 1))] ?? Number.NaN;
  return { median: quantile(0.5), p99: quantile(0.99), worst: quantile(1) };
}

// SwiftShader takes two minutes over DenseNet121.
describe.each(["stock", "fused"] as const)("one AdamW step of the %s engine", { timeout: 400_000 }, (kind) => {
  it.each([trainingMini, training121])("with $arch is as near to float64 as PyTorch's float32", async (golden) => {
    const { arch, count, size, classes, optimizer, positiveWeight, torchFloat32 } = golden;
    const engine = openEngine(kind, arch, classes, positiveWeight);
    const [beta1 = 0, beta2 = 0] = optimizer.betas;
    const step: OptimizerStep = { name: "adamw", ...optimizer, beta1, beta2 };
    let gradients: NamedArrays = new Map();
    let logits = new Float32Array();
    const loss = await engine.trainStep(makeBatch(arch, count, size, classes), step, (seen) => {
      gradients = seen.gradients;
      logits = Float32Array.from(seen.logits);
    });
    const { model } = await engine.snapshot();
    engine.dispose();

    expect(Math.abs(loss / golden.loss - 1)).toBeLessThan(1e-5);
    expect(relative(logits, golden.logits)).toBeLessThan(1e-4);
    expect([...gradients.keys()]).toEqual(Object.keys(golden.gradients));
    const checks = [
      ["gradients", spread(gradients, golden.gradients), torchFloat32.gradients],
      ["state", spread(model, golden.state), torchFloat32.state],
    ] as const;
    for (const [what, ours, torchs] of checks) {
      for (const figure of ["median", "p99", "worst"] as const) {
        expect(ours[figure], `${figure} of the ${what}`).toBeLessThan(3 * torchs[figure]);
      }
    }
    expect([...model].filter(([name]) => name.endsWith("num_batches_tracked")).every(([, { data }]) => data[0] === 1)).toBe(true);
  });
});
