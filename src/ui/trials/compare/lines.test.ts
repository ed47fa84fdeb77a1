import { expect, it } from "vitest";
import type { Trial } from "../../../protocol/training";
import { pointAt, traceTrial } from "./lines";

const epoch = (n: number, auroc: number | null) => ({
  epoch: n,
  trainLoss: 1,
  validLoss: 0.5 - n / 10,
  accuracy: 0,
  auroc,
  seconds: 0,
});
const trial = {
  id: 7,
  stepsTotal: 8,
  settings: { epochs: 2 },
  epochs: [epoch(0, 0.7), epoch(1, null)],
} as unknown as Trial;
const steps = {
  loss: Float64Array.of(4, 4, 4, 4, 4, 4),
  lr: Float64Array.of(1, 2, 3, 4, 5, 6),
  momentum: new Float64Array(6),
  epoch: Uint32Array.of(0, 0, 0, 0, 1, 1),
};

it("lays steps and validations over the same epochs, and leaves out what was not measured", () => {
  const { smoothed, lr, validLoss, auroc } = traceTrial(trial, 0, steps);
  expect(lr[0]).toEqual({ x: 0.25, y: 1 });
  expect(lr.at(-1)).toEqual({ x: 1.5, y: 6 });
  expect(smoothed.every(({ y }) => Math.abs(y - 4) < 1e-12)).toBe(true);
  expect(validLoss).toEqual([
    { x: 1, y: 0.5 },
    { x: 2, y: 0.4 },
  ]);
  expect(auroc).toEqual([{ x: 1, y: 0.7 }]);
  expect(traceTrial(trial, 0, undefined).lr).toEqual([]);
});

it("gives no two of twelve trials the same line", () => {
  const lines = Array.from({ length: 12 }, (_, place) => traceTrial(trial, place, undefined));
  expect(new Set(lines.map(({ color, isDashed }) => `${color} ${isDashed}`)).size).toBe(12);
});

it("reads a curve where it is, and not beyond its end", () => {
  const curve = traceTrial(trial, 0, steps).validLoss;
  expect(pointAt(curve, 1.4, 0.5)).toEqual({ x: 1, y: 0.5 });
  expect(pointAt(curve, 2.6, 0.5)).toBeUndefined();
  expect(pointAt([], 1, 0.5)).toBeUndefined();
});
