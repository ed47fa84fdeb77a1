import fc from "fast-check";
import { expect, it } from "vitest";
import { correctLogit, shiftForPrevalence, toProbabilities, uncorrectLogit } from "./correction";
import { sigmoid } from "./logistic";

const share = fc.double({ min: 0.01, max: 0.99, noNaN: true });

it("is Saerens' formula for probabilities", () => {
  fc.assert(
    fc.property(share, share, share, (probability, trained, actual) => {
      const logit = Math.log(probability / (1 - probability));
      const [positive, negative] = [(actual / trained) * probability, ((1 - actual) / (1 - trained)) * (1 - probability)];
      const corrected = correctLogit(logit, { shift: shiftForPrevalence(trained, actual), temperature: 1 });
      expect(sigmoid(corrected)).toBeCloseTo(positive / (positive + negative), 12);
    }),
  );
});

it("is Dal Pozzolo's for negatives that were left out, all but a share beta", () => {
  fc.assert(
    fc.property(share, share, share, (probability, actual, beta) => {
      const trained = actual / (actual + beta * (1 - actual));
      const logit = Math.log(probability / (1 - probability));
      const corrected = correctLogit(logit, { shift: shiftForPrevalence(trained, actual), temperature: 1 });
      expect(sigmoid(corrected)).toBeCloseTo((beta * probability) / (beta * probability - probability + 1), 12);
    }),
  );
});

it("can be taken back", () => {
  const correction = fc.record({
    shift: fc.double({ min: -9, max: 9, noNaN: true }),
    temperature: fc.double({ min: 0.1, max: 10, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.double({ min: -50, max: 50, noNaN: true }), correction, (logit, correction) => {
      expect(uncorrectLogit(correctLogit(logit, correction), correction)).toBeCloseTo(logit, 9);
    }),
  );
});

it("leaves probabilities alone where there is none", () => {
  expect([...toProbabilities(Float64Array.of(-1000, 0, 1000))]).toEqual([0, 0.5, 1]);
  expect([...toProbabilities(Float64Array.of(-2, 2), { shift: 1, temperature: 2 })]).toEqual([0.5, sigmoid(2)]);
});
