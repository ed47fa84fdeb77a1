import { expect, it } from "vitest";
import { DEFAULT_SETTINGS } from "../../protocol/settings";
import type { Forecast } from "../../protocol/training";
import { describeMemory, describePasses, describeTime } from "./forecastWords";
import { formatBatch } from "./format";

const GIB = 2 ** 30;
const settings = { ...DEFAULT_SETTINGS, imageSize: 320 };
const forecast = (gib: number, largestPass: number) => ({ gpuBytes: gib * GIB, budgetBytes: 4 * GIB, largestPass }) as Forecast;
const plain = (text: string) => text.replaceAll("\u00a0", " ");

it("says what a batch takes of the budget, and what would fit", () => {
  expect(plain(describeMemory(forecast(0.72, 88), settings))).toBe(
    "DenseNet121 at 320 px, batch of 16: 0.72 GiB of a 4 GiB budget; up to 88 films fit at once.",
  );
  expect(plain(describeMemory(forecast(9.5, 1), { ...settings, batchSize: 128 }))).toBe(
    "DenseNet121 at 320 px, batch of 128: 9.5 GiB, over the budget of 4 GiB; up to 1 film fits at once.",
  );
  expect(plain(describeMemory(forecast(9.5, 0), settings))).toContain("not even one film fits");
});

it("names passes only where there is more than one", () => {
  expect(formatBatch({ batchSize: 16, filmsPerPass: 4 })).toBe("batch of 16 in passes of 4");
  for (const filmsPerPass of [0, 16, 40]) {
    expect(formatBatch({ batchSize: 16, filmsPerPass })).toBe("batch of 16");
    expect(describePasses({ batchSize: 16, filmsPerPass })).toBeNull();
  }
});

it("says how large a pass really is, which the even cut may leave smaller than the setting", () => {
  expect(formatBatch({ batchSize: 16, filmsPerPass: 10 })).toBe("batch of 16 in passes of 8");
  expect(describePasses({ batchSize: 16, filmsPerPass: 10 })).toContain("a batch of 16 to the optimiser, and of 8 to BatchNorm");
  expect(describePasses({ batchSize: 17, filmsPerPass: 10 })).toContain("of 17 to the optimiser, and of 8 to 9 to BatchNorm");
});

it("says when the time will be known, and then the time", () => {
  expect(describeTime(null)).toMatch(/known after the first steps of LR Find/);
  expect(plain(describeTime({ steps: 10_125, msPerStep: 410, seconds: 4320 }))).toBe(
    "About 1 h 12 min: 10,125 steps of 410 ms, and validation.",
  );
});
