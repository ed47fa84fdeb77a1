import { describe, expect, it } from "vitest";
import { UNKNOWN_LABEL } from "../protocol/dataset";
import { estimateAuroc } from "../statistics/delong";
import golden from "./golden/metrics.json";
import { binaryCrossEntropy, scoreLogits } from "./metrics";

describe("against scikit-learn", () => {
  it.each(golden)("$name", (given) => {
    const scores = scoreLogits(given.logits, given.labels, ["one"]);
    expect(Math.abs(scores.loss - given.loss)).toBeLessThan(1e-12);
    expect(Math.abs(scores.accuracy - given.accuracy)).toBeLessThan(1e-12);
    expect(Math.abs((scores.auroc ?? Number.NaN) - given.auroc)).toBeLessThan(1e-12);
  });
});

describe("several targets, some labels unknown", () => {
  // Side by side, the shorter one filled up with films that nothing is known of: its logits there must not matter.
  const [long, short] = [golden[0]!, golden[4]!];
  const films = long.logits.map((logit, film) => [logit, short.logits[film] ?? 1e9]);
  const labels = long.labels.map((label, film) => [label, short.labels[film] ?? UNKNOWN_LABEL]);
  const scores = scoreLogits(films.flat(), labels.flat(), ["long", "short"]);

  it("gives each the scores that it has alone, on its known films", () => {
    for (const [at, given] of [long, short].entries()) {
      expect(scores.targets[at]).toMatchObject({
        films: given.labels.length,
        positives: given.labels.filter((label) => label === 1).length,
        accuracy: expect.closeTo(given.accuracy, 12),
        auroc: expect.closeTo(given.auroc, 12),
      });
    }
  });

  it("means loss and accuracy over the known labels, AUROC over the targets", () => {
    const count = long.labels.length + short.labels.length;
    const mean = (a: number, b: number) => (a * long.labels.length + b * short.labels.length) / count;
    expect(scores.loss).toBeCloseTo(mean(long.loss, short.loss), 12);
    expect(scores.accuracy).toBeCloseTo(mean(long.accuracy, short.accuracy), 12);
    expect(scores.auroc).toBeCloseTo((long.auroc + short.auroc) / 2, 12);
  });

  it("leaves a target of one class, or of no known label, out of the mean AUROC", () => {
    const { targets, auroc: mean } = scoreLogits(
      [1, 5, 9, -1, 5, 9],
      [1, 1, UNKNOWN_LABEL, 0, 1, UNKNOWN_LABEL],
      ["a", "b", "c"],
    );
    expect(targets.map((target) => target.auroc)).toEqual([1, null, null]);
    expect(targets[2]).toEqual({ target: "c", films: 0, positives: 0, accuracy: null, auroc: null });
    expect(mean).toBe(1);
  });
});

it("gives a single target's AUROC its interval, where there are two films of each class", () => {
  const given = golden[0]!;
  expect(scoreLogits(given.logits, given.labels, ["one"]).aurocInterval).toEqual({
    low: estimateAuroc(given.logits, given.labels)?.low,
    high: estimateAuroc(given.logits, given.labels)?.high,
  });
  const unknown = [UNKNOWN_LABEL, UNKNOWN_LABEL];
  const withUnknown = scoreLogits([...given.logits, 9, -9], [...given.labels, ...unknown], ["one"]);
  expect(withUnknown.aurocInterval).toEqual(scoreLogits(given.logits, given.labels, ["one"]).aurocInterval);
  expect(scoreLogits([1, 2, 3], [0, 1, 1], ["one"]).aurocInterval).toBeNull();
  expect(scoreLogits([1, 1, 2, 2, 3, 3, 4, 4], [0, 0, 1, 1, 0, 0, 1, 1], ["a", "b"]).aurocInterval).toBeNull();
});

it("has no AUROC of scores that are no numbers", () => {
  const { auroc, aurocInterval, targets } = scoreLogits([1, Number.NaN, 2, -1], [0, 0, 1, 1], ["a"]);
  expect([auroc, aurocInterval, targets[0]!.auroc]).toEqual([null, null, null]);
});

it("does not overflow", () => {
  expect(binaryCrossEntropy([1000, -1000], [1, 0])).toBe(0);
  expect(binaryCrossEntropy([1000, -1000], [0, 1])).toBe(1000);
});
