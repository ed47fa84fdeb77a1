import { describe, expect, it } from "vitest";
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatLr,
  formatLrField,
  formatMemory,
  formatMetric,
  formatMs,
  formatPlural,
  formatPrevalence,
  formatRate,
  formatShare,
} from "./format";

const plain = (text: string) => text.replaceAll("\u00a0", " ");

describe("figures", () => {
  it("separates thousands", () => {
    expect(formatCount(223414)).toBe("223,414");
    expect(formatPlural(1, "film")).toBe("1 film");
    expect(formatPlural(27000, "film")).toBe("27,000 films");
  });

  it("counts GPU memory in binary units, without zeros that say nothing", () => {
    const written = [4 * 2 ** 30, 0.72 * 2 ** 30, 12.34 * 2 ** 30, 306 * 2 ** 20, 2.9 * 2 ** 20, 84 * 2 ** 10, 0].map(
      formatMemory,
    );
    expect(written.map(plain)).toEqual(["4 GiB", "0.72 GiB", "12.3 GiB", "306 MiB", "2.9 MiB", "84 KiB", "0 KiB"]);
  });

  it("keeps the digits of a prevalence that say how rare the rarer class is", () => {
    const written = [0.5, 0.2847, 0.125, 0.0005, 1e-11, 0.9999].map(formatPrevalence);
    expect(written.map(plain)).toEqual(["50 %", "28.5 %", "12.5 %", "0.05 %", "1e-9 %", "99.99 %"]);
  });

  it("writes learning rates with one decimal, and as short as they are in a field", () => {
    expect(formatLr(0.074)).toBe("7.4e-2");
    expect(formatLr(10)).toBe("1.0e1");
    expect(formatLr(Number.NaN)).toBe("–");
    expect(formatLrField(1e-3)).toBe("1e-3");
    expect(formatLrField(0.0123456)).toBe("1.23e-2");
  });

  it("takes what a field shows back unchanged", () => {
    for (const lr of [1e-7, 3.16e-4, 0.1, 1, 10]) expect(Number(formatLrField(lr))).toBeCloseTo(lr, 12);
  });

  it("changes the unit of bytes with their size", () => {
    expect([740e6, 2e9, 5.6e9, 12e9, 112e6, 34e3].map((n) => plain(formatBytes(n)))).toEqual([
      "0.74 GB",
      "2.0 GB",
      "5.6 GB",
      "12 GB",
      "112 MB",
      "34 kB",
    ]);
  });

  it("writes durations in the two largest units that matter", () => {
    expect([0, 41.6, 60, 312, 2460, 3600, 4320].map((s) => plain(formatDuration(s)))).toEqual([
      "0 s",
      "42 s",
      "1 min",
      "5 min 12 s",
      "41 min",
      "1 h",
      "1 h 12 min",
    ]);
    expect(formatDuration(Number.POSITIVE_INFINITY)).toBe("unknown");
    expect(plain(formatMs(340))).toBe("340 ms");
    expect(plain(formatMs(1640))).toBe("1.6 s");
  });

  it("rounds rates, shares and metrics", () => {
    expect([0.421, 6.14, 470.3].map(formatRate)).toEqual(["0.42", "6.1", "470"]);
    expect([0.16, 0.004, 0, 1].map((n) => plain(formatShare(n)))).toEqual(["16 %", "0.4 %", "0 %", "100 %"]);
    expect([0.86449, null, Number.NaN].map(formatMetric)).toEqual(["0.864", "–", "–"]);
  });
});

it("writes a loss that ran away as a power of ten", () => {
  expect(formatMetric(0.48231)).toBe("0.482");
  expect(formatMetric(4.45e17)).toBe("4.5e+17");
});
