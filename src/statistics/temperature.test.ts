import { describe, expect, it } from "vitest";
import golden from "./golden/statistics.json";
import { fitTemperature } from "./temperature";

const cases = golden.cases.flatMap(({ name, scores, labels, temperatures = [] }) =>
  temperatures.map((wanted) => ({ name, scores, labels, ...wanted })),
);

describe("against scipy", () => {
  it.each(cases)("$name, shifted by $shift", ({ scores, labels, shift, temperature }) => {
    expect(fitTemperature(scores, labels, shift)).toBeCloseTo(temperature, 10);
  });
});

it("undoes what logits were multiplied by, from far away too", () => {
  const { scores, labels } = golden.cases[0]!;
  const plain = fitTemperature(scores, labels)!;
  for (const factor of [0.05, 0.5, 7, 60]) {
    const scaled = scores.map((score) => factor * score);
    expect(fitTemperature(scaled, labels)! / factor).toBeCloseTo(plain, 9);
  }
});

it.each([
  ["every film is on its label's side", [-2, -1, 1, 2], [0, 0, 1, 1]],
  ["the order is the wrong way round", [-2, -1, 1, 2], [1, 1, 0, 0]],
  ["a class is missing", [-2, -1, 1, 2], [1, 1, 1, 1]],
  ["there are no films", [], []],
])("is none where %s", (_, logits, labels) => {
  expect(fitTemperature(logits, labels)).toBeNull();
});
