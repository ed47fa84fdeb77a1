import { describe, expect, it } from "vitest";
import { openTestGpu } from "../../scripts/testGpu";
import type { Activations } from "../protocol/settings";
import type { Batch, NamedArrays, OptimizerStep } from "./engine";
import { createFusedEngine } from "./fusedEngine";
import { describeUnholdable, findUnholdable, stepOfHalves } from "./halves";
import { createRandom } from "./random";

openTestGpu();

/** A network of two norms, the second's statistics given. */
const norms = (means: number[], stds: number[]): NamedArrays => {
  const array = (data: number[]) => ({ shape: [data.length], data: Float32Array.from(data) });
  return new Map([
    ["features.norm0.running_mean", array([0, 1])],
    ["features.norm0.running_var", array([1, 1])],
    ["features.norm5.running_mean", array(means)],
    ["features.norm5.running_var", array(stds.map((std) => std ** 2))],
    ["classifier.weight", array([1e6])],
  ]);
};

describe("the distance between halves", () => {
  it.each([
    [1, 2 ** -10],
    [-1.999, 2 ** -10],
    [2, 2 ** -9],
    [65_504, 32],
    [2 ** -14, 2 ** -24],
    [2 ** -20, 2 ** -24],
    [0, 2 ** -24],
  ])("is at %d as binary16 has it", (value, step) => expect(stepOfHalves(value)).toBe(step));
});

describe("statistics that halves", () => {
  it.each<[string, number[], number[]]>([
    ["hold", [0, -500], [1, 300]],
    ["hold with all but one value in 16,000", [20_000], [11_300]],
    ["hold, of channels that never vary", [0, 3], [0, 0]],
    ["hold, though they underflow: no norm tells them from 0", [1e-9], [1e-9]],
  ])("%s", (_, means, stds) => expect(findUnholdable(norms(means, stds))).toBeNull());

  it.each<[string, number[], number[], object]>([
    ["reach beyond by their spread", [0, 20_000], [1, 11_500], { kind: "overflow", channel: 1 }],
    ["reach beyond by their mean, below 0", [-70_000], [1], { kind: "overflow", channel: 0 }],
    ["tell apart too coarsely: 1 and 1/2 at 1,000", [1000], [0.9], { kind: "resolution", channel: 0 }],
  ])("%s", (_, means, stds, found) => {
    expect(findUnholdable(norms(means, stds))).toMatchObject({ layer: "features.norm5", ...found });
  });

  it("are named with layer, channel and figures", () => {
    const found = findUnholdable(norms([0, 20_000], [1, 12_000]));
    expect(found && describeUnholdable(found)).toBe(
      "channel 1 of what features.norm5 reads (mean 20,000, standard deviation 12,000) goes beyond 65,504, the largest number that half precision holds",
    );
  });
});

describe("a network whose weights are scaled, which BatchNorm takes back", () => {
  const STILL: OptimizerStep = { name: "adamw", lr: 0, beta1: 0.9, beta2: 0.99, eps: 1e-8, weightDecay: 0 };
  /** After so many batches running statistics are the batch's to 1 % (0.9^44). */
  const BATCHES = 44;
  const random = createRandom(3, "drawn");
  const batch: Batch = {
    count: 4,
    images: { kind: "films", data: Uint8Array.from({ length: 4 * 32 * 32 }, () => random.int(256)), size: 32 },
    targets: Float32Array.of(0, 1, 0, 1),
  };

  async function look(scale: number, activations: Activations) {
    const engine = createFusedEngine({ arch: "densenet-mini", classes: 1, activations }, 7);
    const snapshot = await engine.snapshot();
    const scaled = snapshot.model.get("features.denseblock2.denselayer1.conv1.weight");
    scaled?.data.forEach((weight, at) => {
      scaled.data[at] = weight * scale;
    });
    engine.restore(snapshot);
    let logits = new Float32Array();
    for (let step = 0; step < BATCHES; step++) {
      await engine.trainStep(batch, STILL, (seen) => {
        logits = Float32Array.from(seen.logits);
      });
    }
    const { model } = await engine.snapshot();
    engine.dispose();
    return { logits, found: findUnholdable(model) };
  }

  const distance = (a: Float32Array, b: Float32Array) =>
    Math.hypot(...a.map((value, i) => value - (b[i] ?? 0))) / Math.hypot(...b);

  it("is found out where halves overflow, at the layer, and not before", async () => {
    const [whole, held, lost] = [await look(1, "f32"), await look(2 ** 8, "f16"), await look(2 ** 24, "f16")];
    expect(held.found).toBeNull();
    expect(distance(held.logits, whole.logits)).toBeLessThan(0.02);
    expect(lost.found).toMatchObject({ kind: "overflow", layer: "features.denseblock2.denselayer1.norm2" });
    expect(distance(lost.logits, whole.logits)).toBeGreaterThan(0.1);
  });
});
