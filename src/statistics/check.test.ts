import { describe, expect, it } from "vitest";
import { checkFilms, checkPlace, checkRule } from "./check";

const films = { labels: Uint8Array.of(0, 1, 1), scores: Float64Array.of(1, 2, 3), patients: Uint32Array.of(1, 2, 3) };

describe("films", () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])("with a score of %d are refused by name", (score) => {
    expect(() => checkFilms({ ...films, scores: Float64Array.of(1, score, 3) })).toThrow(
      expect.objectContaining({ code: "scoreNotFinite", at: "film 2", message: expect.stringContaining("film 2 of 3") }),
    );
  });

  it("of different numbers, or of unknown labels, are a mistake", () => {
    expect(() => checkFilms({ ...films, patients: Uint32Array.of(1) })).toThrow(RangeError);
    expect(() => checkFilms({ ...films, labels: Uint8Array.of(0, 1, 255) })).toThrow(RangeError);
    expect(() => checkFilms(films)).not.toThrow();
  });
});

it.each([
  ["sensitivity", 1.01],
  ["specificity", -0.1],
  ["probability", Number.NaN],
  ["score", Number.NaN],
] as const)("refuses a %s of %d", (by, value) => {
  expect(() => checkRule({ by, value })).toThrow(expect.objectContaining({ code: "badSettings", at: by }));
});

it("takes any number for a threshold, and the ends of shares", () => {
  expect(() => {
    checkRule({ by: "score", value: Number.POSITIVE_INFINITY });
    checkRule({ by: "sensitivity", value: 1 });
    checkRule({ by: "youden" });
  }).not.toThrow();
});

it.each([0, 1, -3, Number.NaN])("refuses a prevalence of %d", (prevalence) => {
  expect(() => checkPlace({ prevalence })).toThrow(expect.objectContaining({ code: "badSettings", at: "prevalence" }));
});

it.each([
  [Number.NEGATIVE_INFINITY, 1],
  [0, 0],
  [0, Number.NaN],
])("refuses to shift logits by %d at a temperature of %d", (shift, temperature) => {
  expect(() => checkPlace({ correction: { shift, temperature } })).toThrow(expect.objectContaining({ at: "correction" }));
});
