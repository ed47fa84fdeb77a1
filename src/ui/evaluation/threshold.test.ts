import fc from "fast-check";
import { expect, it } from "vitest";
import { thresholdCalling } from "./threshold";

const called = (scores: Float64Array, threshold: number) => scores.filter((score) => score >= threshold).length;

it("calls as many films positive as are asked for, where no two tie", () => {
  const scores = Float64Array.of(-2, 0, 1, 3);
  for (const films of [0, 1, 2, 3, 4]) expect(called(scores, thresholdCalling(scores, films, 2))).toBe(films);
});

it("gets past films that tie, one key after another, in either direction", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -2, max: 2 }), { maxLength: 12 }), (values) => {
      const scores = Float64Array.from(values).sort();
      for (const step of [1, -1]) {
        let now = step > 0 ? 0 : scores.length;
        const end = scores.length - now;
        while (now !== end) {
          const next = called(scores, thresholdCalling(scores, now + step, now));
          expect(Math.sign(next - now)).toBe(step);
          now = next;
        }
      }
    }),
  );
});
