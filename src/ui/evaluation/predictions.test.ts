import { describe, expect, it } from "vitest";
import type { Prediction } from "../../app/predictions";
import { binPredictions } from "./predictions";

function film(path: string, target: 0 | 1 | null, probability: number): Prediction {
  return { path, target, probability, logit: Math.log(probability / (1 - probability)), finding: "Edema" };
}

const films = [film("right", 1, 0.9), film("missed", 1, 0.05), film("alarm", 0, 0.8), film("calm", 0, 0.08)];

describe("predictions", () => {
  it("puts a film without a label into no bin", () => {
    const unknown = film("unknown", null, 0.99);
    expect(binPredictions([unknown], 10).every(({ positives, negatives }) => positives + negatives === 0)).toBe(true);
  });

  it("counts every film in one bin, both ends included", () => {
    const bins = binPredictions([...films, film("sure", 1, 1), film("never", 0, 0)], 10);
    expect(bins.map(({ positives }) => positives)).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0, 2]);
    expect(bins.map(({ negatives }) => negatives)).toEqual([2, 0, 0, 0, 0, 0, 0, 0, 1, 0]);
  });
});
