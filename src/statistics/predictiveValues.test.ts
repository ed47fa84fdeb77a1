import fc from "fast-check";
import { expect, it } from "vitest";
import golden from "./golden/statistics.json";
import { ratesOf } from "./operatingPoint";
import { predictiveValuesAt } from "./predictiveValues";

const matrixOf = ([truePositives, falseNegatives, falsePositives, trueNegatives]: number[]) => ({
  truePositives: truePositives!,
  falseNegatives: falseNegatives!,
  falsePositives: falsePositives!,
  trueNegatives: trueNegatives!,
});

it.each(golden.predictive)("Mercaldo, Lau and Zhou's intervals of $cells at $prevalence", ({ cells, prevalence, ppv, npv }) => {
  const values = predictiveValuesAt(matrixOf(cells), prevalence);
  const asEstimate = ([value, low, high]: number[]) => ({
    value: expect.closeTo(value!, 11),
    low: expect.closeTo(low!, 11),
    high: expect.closeTo(high!, 11),
  });
  expect(values).toEqual({ prevalence, ppv: asEstimate(ppv), npv: asEstimate(npv) });
});

it("are those among the films where positives are as common as among them", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 4, maxLength: 4 }), (cells) => {
      const matrix = matrixOf(cells);
      const positives = matrix.truePositives + matrix.falseNegatives;
      const prevalence = positives / (positives + matrix.falsePositives + matrix.trueNegatives);
      const { ppv, npv } = predictiveValuesAt(matrix, prevalence);
      const rates = ratesOf(matrix);
      expect(ppv!.value).toBeCloseTo(rates.ppv!.value, 12);
      expect(npv!.value).toBeCloseTo(rates.npv!.value, 12);
    }),
  );
});

it("say that a rarer finding makes a call less sure", () => {
  const at = (prevalence: number) => predictiveValuesAt(matrixOf([40, 10, 30, 120]), prevalence);
  expect(at(0.01).ppv!.high).toBeLessThan(at(0.25).ppv!.low);
  expect(at(0.01).npv!.low).toBeGreaterThan(at(0.25).npv!.high);
});

it("are none where no film is called so, or a class is missing", () => {
  expect(predictiveValuesAt(matrixOf([0, 5, 0, 9]), 0.1)).toMatchObject({ ppv: null, npv: { value: expect.closeTo(0.9, 12) } });
  expect(predictiveValuesAt(matrixOf([5, 2, 0, 0]), 0.1)).toMatchObject({ ppv: null, npv: null });
});
