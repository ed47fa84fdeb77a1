import fc from "fast-check";
import { describe, expect, it } from "vitest";
import golden from "./golden/statistics.json";
import { countLevels, rankScores } from "./levels";
import { auroc, aurocOfCounts, rocCurve, thinRoc } from "./roc";
import { expectClose, someFilms } from "./testFilms";

describe("against scikit-learn", () => {
  it.each(golden.cases)("$name", ({ scores, labels, weights, ...given }) => {
    expect(auroc(scores, labels)).toBeCloseTo(given.auroc, 11);
    expect(aurocOfCounts(countLevels(rankScores(scores), labels, weights))).toBeCloseTo(given.weighted.auroc, 11);
    const curve = rocCurve(scores, labels)!;
    expectClose(curve.fpr, given.roc.fpr);
    expectClose(curve.tpr, given.roc.tpr);
    expect(curve.thresholds[0]).toBe(Number.POSITIVE_INFINITY);
    expectClose(curve.thresholds.slice(1), given.roc.thresholds);
  });
});

describe("AUROC", () => {
  it("goes by the order of scores only, and turns over with them", () => {
    fc.assert(
      fc.property(someFilms, ({ scores, labels }) => {
        // Of values in between, so that rounding makes no ties.
        const steps = scores.map((score) => Math.round(score * 10));
        const area = auroc(steps, labels)!;
        expect(
          auroc(
            steps.map((step) => Math.exp(step / 40) - 7),
            labels,
          ),
        ).toBe(area);
        expect(
          auroc(
            steps.map((step) => -step),
            labels,
          ),
        ).toBeCloseTo(1 - area, 12);
      }),
    );
  });

  it("counts a weight as so many films", () => {
    fc.assert(
      fc.property(someFilms, fc.array(fc.nat(3), { minLength: 44, maxLength: 44 }), ({ scores, labels }, weights) => {
        const films = [...labels.keys()].flatMap((film) => Array<number>(weights[film]!).fill(film));
        const repeated = auroc(
          films.map((film) => scores[film]!),
          films.map((film) => labels[film]!),
        );
        expect(aurocOfCounts(countLevels(rankScores(scores), labels, weights))).toBe(repeated);
      }),
    );
  });

  it.each([
    ["one class", [1, 2, 3], [1, 1, 1]],
    ["the other class", [1, 2, 3], [0, 0, 0]],
    ["no films", [], []],
  ])("is none of %s, as is the curve", (_, scores, labels) => {
    expect(auroc(scores, labels)).toBeNull();
    expect(rocCurve(scores, labels)).toBeNull();
  });
});

describe("a thinned curve", () => {
  const area = ({ fpr, tpr }: { fpr: Float64Array; tpr: Float64Array }) =>
    fpr.reduce((sum, x, at) => (at === 0 ? 0 : sum + ((x - fpr[at - 1]!) * (tpr[at]! + tpr[at - 1]!)) / 2), 0);

  it("keeps every corner, and no other point, where there is room", () => {
    fc.assert(
      fc.property(someFilms, ({ scores, labels }) => {
        const thin = thinRoc(rocCurve(scores, labels)!, 500);
        expect(area(thin)).toBeCloseTo(auroc(scores, labels)!, 12);
        for (let at = 1; at < thin.fpr.length - 1; at++) {
          const [dx, dy] = [thin.fpr[at]! - thin.fpr[at - 1]!, thin.tpr[at]! - thin.tpr[at - 1]!];
          const [ex, ey] = [thin.fpr[at + 1]! - thin.fpr[at]!, thin.tpr[at + 1]! - thin.tpr[at]!];
          expect(Math.abs(dx * ey - dy * ex)).toBeGreaterThan(1e-12);
        }
      }),
    );
  });

  it("of films in their thousands stays near the whole in so many points", () => {
    const films = [...Array(20_000).keys()];
    const labels = films.map((film) => (Math.imul(film, 0x9e3779b1) >>> 0 < 2 ** 32 * (film / 20_000) ** 2 ? 1 : 0));
    const thin = thinRoc(rocCurve(films, labels)!, 500);
    expect(thin.fpr.length).toBe(500);
    expect([thin.fpr[0], thin.tpr[0], thin.fpr[499], thin.tpr[499]]).toEqual([0, 0, 1, 1]);
    expect(thin.tpr.every((rate, at) => at === 0 || rate >= thin.tpr[at - 1]!)).toBe(true);
    expect(area(thin)).toBeCloseTo(auroc(films, labels)!, 3);
  });
});
