// Grey scales: how samples wider than a byte become bytes for the eye. It does not read them from a file: `dicom/readGrading.ts` does.
import type { Samples } from "./film";

interface Inverted {
  /** True where a larger sample is darker (MONOCHROME1). */
  invert: boolean;
}

/** Bounds are in the units of the stored samples: a rescale is worked into them. */
export type Grading =
  /** Black at `low`, white at `high`, straight between; `low` may be the larger. */
  | ({ kind: "linear"; from: "window" | "percentiles"; low: number; high: number } & Inverted)
  /** 1 / (1 + exp(-4 (x - center) / width)). */
  | ({ kind: "sigmoid"; from: "window"; center: number; width: number } & Inverted)
  /** `entries[round(x * slope + intercept) - first] / max`, held at both ends. */
  | ({
      kind: "table";
      from: "table";
      slope: number;
      intercept: number;
      first: number;
      entries: Uint16Array;
      max: number;
    } & Inverted);

/**
 * The part of the samples that ends up black, and white, where the file names no window. Lead markers, burnt-in letters and the unexposed
 * border are some thousandths of a film; with its extremes they would set the scale, and the lungs would share the few greys left.
 */
const CLIPPED = 0.005;

/** Samples of -32,768 to 65,535. */
const OFFSET = 32_768;
const BINS = OFFSET + 65_536;

/** Black and white where the file names neither. `isSeen` says of an index whether its sample is part of the film, and no padding. */
export function gradeByPercentiles(data: Samples, invert = false, isSeen?: ((at: number) => boolean) | null): Grading {
  const counts = new Uint32Array(BINS);
  for (let at = 0; at < data.length; at++) if (!isSeen || isSeen(at)) counts[data[at]! + OFFSET]!++;
  const total = counts.reduce((sum, count) => sum + count, 0);
  return {
    kind: "linear",
    from: "percentiles",
    low: findQuantile(counts, total * CLIPPED),
    high: findQuantile(counts, total * (1 - CLIPPED)),
    invert,
  };
}

/** The smallest value with at least `rank` samples up to it (NumPy's `inverted_cdf`). */
function findQuantile(counts: Uint32Array, rank: number): number {
  let seen = 0;
  for (let bin = 0; bin < counts.length; bin++) {
    const count = counts[bin] ?? 0;
    seen += count;
    if (count > 0 && seen >= rank) return bin - OFFSET;
  }
  return 0;
}

/** Bytes for the eye, black at 0, of samples that were resized. */
export function gradeToBytes(samples: Float32Array, grading: Grading): Uint8Array<ArrayBuffer> {
  const toUnit = unitFunction(grading);
  const bytes = new Uint8Array(samples.length);
  for (let i = 0; i < bytes.length; i++) {
    const unit = Math.min(1, Math.max(0, toUnit(samples[i] ?? 0)));
    bytes[i] = Math.round((grading.invert ? 1 - unit : unit) * 255);
  }
  return bytes;
}

function unitFunction(grading: Grading): (sample: number) => number {
  switch (grading.kind) {
    case "linear": {
      const { low, high } = grading;
      return low === high ? (x) => (x > low ? 1 : 0) : (x) => (x - low) / (high - low);
    }
    case "sigmoid":
      return (x) => 1 / (1 + Math.exp((-4 * (x - grading.center)) / grading.width));
    case "table": {
      const { slope, intercept, first, entries, max } = grading;
      const last = entries.length - 1;
      return (x) => (entries[Math.min(last, Math.max(0, Math.round(x * slope + intercept) - first))] ?? 0) / max;
    }
  }
}
