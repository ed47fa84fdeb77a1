import { expect, it } from "vitest";
import type { SampleSummary } from "../protocol/dataset";
import type { Forecast } from "../protocol/training";
import { chooseFit, forecastTime } from "./fit";

const GIB = 2 ** 30;
const head = "linear";
const forecast = (change: Partial<Forecast>): Forecast => ({
  gpuBytes: 3 * GIB,
  parts: { weights: 0, gradients: 0, moments: 0, features: 0, featureGradients: 0, scratch: 0, films: 0 },
  budgetBytes: 2 * GIB,
  largestPass: 7,
  msPerStep: null,
  msPerValidFilm: null,
  ...change,
});

it("cuts a batch that does not fit into passes as even as they can be", () => {
  const cut = (batchSize: number, change: Partial<Forecast> = {}, imageSize = 320) =>
    chooseFit(forecast(change), { batchSize, imageSize, head });
  expect(cut(16)).toEqual({ fits: false, largestBatch: 7, filmsPerPass: 6, enoughMiB: 3072 });
  expect(cut(14)).toMatchObject({ filmsPerPass: 7 });
  expect(cut(16, { largestPass: 1 })).toMatchObject({ filmsPerPass: 1, largestBatch: 1 });
  expect(cut(16, { largestPass: 0 })).toMatchObject({ filmsPerPass: null, largestBatch: 0 });
});

it.each([
  ["no small film", { imageSize: 32, head }],
  ["no film before fastai's head", { imageSize: 320, head: "fastai" }],
] as const)("leaves %s alone in its pass", (_, settings) => {
  const cut = (batchSize: number, largestPass: number) => chooseFit(forecast({ largestPass }), { batchSize, ...settings });
  expect(cut(16, 1)).toMatchObject({ filmsPerPass: null, largestBatch: 0 });
  expect(cut(3, 2)).toMatchObject({ filmsPerPass: null, largestBatch: 2 });
  expect(cut(4, 2)).toMatchObject({ filmsPerPass: 2, largestBatch: 2 });
});

it("fits up to the budget itself, and proposes no larger batch than an epoch has films", () => {
  const fit = chooseFit(forecast({ gpuBytes: 2 * GIB, largestPass: 900 }), { batchSize: 16, imageSize: 64, head }, 566);
  expect(fit).toMatchObject({ fits: true, largestBatch: 566 });
  const beyond = chooseFit(forecast({ largestPass: 300 }), { batchSize: 900, imageSize: 64, head }, 566);
  expect(beyond).toMatchObject({ fits: false, largestBatch: 300, filmsPerPass: null });
});

it("adds up a run's time of its whole batches and its validations", () => {
  const sample = { epochFilms: 106, valid: { films: 30 } } as SampleSummary;
  const settings = { batchSize: 10, epochs: 2 };
  expect(forecastTime(forecast({}), settings, sample)).toBeNull();
  expect(forecastTime(forecast({ msPerStep: 300 }), settings, sample)).toEqual({ steps: 20, msPerStep: 300, seconds: 6.6 });
  expect(forecastTime(forecast({ msPerStep: 300, msPerValidFilm: 50 }), settings, sample)).toMatchObject({ seconds: 9 });
});
