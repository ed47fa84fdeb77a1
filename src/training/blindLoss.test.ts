import { expect, it } from "vitest";
import type { SampleSummary } from "../protocol/dataset";
import { DEFAULT_SETTINGS } from "../protocol/settings";
import { blindLoss } from "./blindLoss";
import { createTestSample } from "./testSample";

const { summary } = createTestSample(22, 7).sample;

/** One target with so many labels; the second is the further one's. */
function sampled(...parts: { positives: number; negatives: number; positiveWeight: number }[]): SampleSummary {
  const targets = parts.map(({ positives, negatives, positiveWeight }, at) => {
    const counts = { positives, negatives, unknown: 5 };
    return { target: `finding ${at}`, before: counts, train: counts, valid: counts, positiveWeight };
  });
  const { positives, negatives } = parts[0]!;
  return { ...summary, train: { ...summary.train, positives, negatives }, targets };
}

const FEW = { positives: 10, negatives: 30, positiveWeight: 1 };

it("is ln 2 of cross-entropy, whatever the labels", () => {
  expect(blindLoss(DEFAULT_SETTINGS, sampled(FEW))).toBeCloseTo(Math.LN2, 12);
  expect(blindLoss({ ...DEFAULT_SETTINGS, labelSmoothing: 0.1 }, sampled(FEW, FEW))).toBeCloseTo(Math.LN2, 12);
});

it("counts positives by their weight", () => {
  // A quarter of them three times: both classes the same.
  expect(blindLoss(DEFAULT_SETTINGS, sampled({ ...FEW, positiveWeight: 3 }))).toBeCloseTo(1.5 * Math.LN2, 12);
  const even = { positives: 20, negatives: 20, positiveWeight: 1 };
  expect(blindLoss(DEFAULT_SETTINGS, sampled({ ...FEW, positiveWeight: 3 }, even))).toBeCloseTo(1.25 * Math.LN2, 12);
});

it("is as small in focal loss as its power and alpha make it", () => {
  const focal = { ...DEFAULT_SETTINGS, loss: "focal", focalGamma: 2, focalAlpha: -1 } as const;
  expect(blindLoss(focal, sampled(FEW))).toBeCloseTo(Math.LN2 / 4, 12);
  const weighed = { ...focal, focalAlpha: 0.25 };
  expect(blindLoss(weighed, sampled(FEW))).toBeCloseTo((0.25 * 0.25 + 0.75 * 0.75) * (Math.LN2 / 4), 12);
  // Smoothed by 0.2 a quarter of positives is 0.3.
  expect(blindLoss({ ...weighed, labelSmoothing: 0.2 }, sampled(FEW))).toBeCloseTo(
    (0.3 * 0.25 + 0.7 * 0.75) * (Math.LN2 / 4),
    12,
  );
});
