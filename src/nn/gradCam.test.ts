import { describe, expect, it } from "vitest";
import type { Head } from "../protocol/settings";
import { DENSENETS, listArrays } from "./densenet";
import type { FeatureMaps, NamedArrays } from "./engine";
import { fillByFormula, modelByFormula } from "./golden/formula";
import { gradCam } from "./gradCam";

const CLASSES = 3;
const SIDE = 3;
const CELLS = SIDE * SIDE;

const MINI = DENSENETS["densenet-mini"];
const headOf = (head: Head): NamedArrays =>
  modelByFormula(listArrays(MINI, CLASSES, head).filter(({ name }) => !name.startsWith("features.")));
const CHANNELS = headOf("linear").get("classifier.weight")!.shape[1]!;
const featuresOf = (films: number): FeatureMaps => ({
  side: SIDE,
  channels: CHANNELS,
  data: fillByFormula("features", films * CELLS * CHANNELS, 0.2, 1),
});

/** The heads written out, in float64: logits of one film's features [cells, channels]. */
const HEADS: Record<Head, (features: Float64Array, arrays: NamedArrays) => number[]> = {
  linear: (features, arrays) => layer(poolBy(features, mean), arrays, "classifier"),
  fastai(features, arrays) {
    const pooled = [...poolBy(features, (cells) => Math.max(...cells)), ...poolBy(features, mean)];
    const hidden = layer(norm(pooled, arrays, "head.2"), arrays, "head.4").map((value) => Math.max(0, value));
    return layer(norm(hidden, arrays, "head.6"), arrays, "head.8");
  },
};
const mean = (cells: number[]) => cells.reduce((sum, value) => sum + value, 0) / cells.length;
const poolBy = (features: Float64Array, pool: (cells: number[]) => number): number[] =>
  Array.from({ length: CHANNELS }, (_, k) => pool([...features.filter((_, at) => at % CHANNELS === k)]));
const find = (arrays: NamedArrays, name: string) => arrays.get(name)!.data;
function layer(x: number[], arrays: NamedArrays, name: string): number[] {
  const weights = find(arrays, `${name}.weight`);
  return Array.from(find(arrays, `${name}.bias`), (bias, out) =>
    x.reduce((sum, value, at) => sum + value * weights[out * x.length + at]!, bias),
  );
}
function norm(x: number[], arrays: NamedArrays, name: string): number[] {
  const [scale, shift, center, variance] = ["weight", "bias", "running_mean", "running_var"].map((part) =>
    find(arrays, `${name}.${part}`),
  );
  return x.map((value, at) => ((value - center![at]!) / Math.sqrt(variance![at]! + 1e-5)) * scale![at]! + shift![at]!);
}

describe.each(["linear", "fastai"] as const)("with the %s head", (head) => {
  it.each([0, 1, 2])("weighs channels by finite differences of target %i's logit", (target) => {
    const arrays = headOf(head);
    const features = featuresOf(2);
    const got = gradCam(features, arrays, target);
    expect(got).toHaveLength(2 * CELLS);
    const want: number[] = [];
    for (const film of [0, 1]) {
      const own = Float64Array.from(features.data.subarray(film * CELLS * CHANNELS, (film + 1) * CELLS * CHANNELS));
      const STEP = 1e-6;
      const logitAt = (place: number, by: number) =>
        HEADS[head](
          own.map((value, at) => (at === place ? value + by : value)),
          arrays,
        )[target]!;
      const slopes = own.map((_, at) => (logitAt(at, STEP) - logitAt(at, -STEP)) / (2 * STEP));
      const weights = poolBy(slopes, mean);
      for (let cell = 0; cell < CELLS; cell++) {
        want.push(
          Math.max(
            0,
            weights.reduce((sum, weight, k) => sum + weight * own[cell * CHANNELS + k]!, 0),
          ),
        );
      }
    }
    want.forEach((value, at) => {
      expect(got[at]).toBeCloseTo(value, 6);
    });
  });
});

it("shares the logit less its bias out among the cells, with the linear head, where no cell speaks against it", () => {
  const arrays = headOf("linear");
  // Positive where the weight is: no cell falls below 0.
  const weights = arrays.get("classifier.weight")!.data.subarray(0, CHANNELS);
  const { side, channels, data } = featuresOf(1);
  const features = data.map((value, at) => (weights[at % CHANNELS]! > 0 ? Math.abs(value) : 0));
  const cells = gradCam({ side, channels, data: features }, arrays, 0);
  const [logit] = HEADS.linear(Float64Array.from(features), arrays);
  expect(cells.reduce((sum, value) => sum + value, 0)).toBeCloseTo(logit! - arrays.get("classifier.bias")!.data[0]!, 5);
});

it("refuses a target that the network has not", () => {
  expect(() => gradCam(featuresOf(1), headOf("linear"), CLASSES)).toThrow("no target 3");
  expect(() => gradCam(featuresOf(1), new Map(), 0)).toThrow("no target 0");
});
