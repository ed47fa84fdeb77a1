// A DICOM film's grey scale: from stored samples to what is meant to be seen (PS3.3, C.11.1 and C.11.2). It resizes nothing.
import type { DataSet } from "dicom-parser";
import type { FilmPixels, Samples } from "../film";
import { type Grading, gradeByPercentiles } from "../grading";
import { applyLut, readLut } from "./lut";
import { fillPadding, readPadding } from "./padding";
import type { PixelFormat } from "./storedSamples";
import { TAGS } from "./tags";

/**
 * A table of values of interest goes before windows, the first window before others; where there is neither, bytes are taken as they are and
 * wider samples by percentiles. A rescale is worked into the grading; only a modality table, which need not be straight, is applied here.
 */
export function readGrading(dataSet: DataSet, format: PixelFormat, stored: Samples): FilmPixels {
  const invert = format.photometric === "MONOCHROME1";
  const isPadding = readPadding(dataSet, format);
  const filled = isPadding ? fillPadding(stored, isPadding, invert) : stored;
  const modality = readLut(dataSet, TAGS.modalityLut, format.signed);
  const data = modality ? applyLut(modality, filled) : filled;
  // Zero is no slope; some files say it.
  const slope = modality ? 1 : dataSet.floatString(TAGS.rescaleSlope) || 1;
  const intercept = modality ? 0 : (dataSet.floatString(TAGS.rescaleIntercept) ?? 0);

  const voi = readLut(dataSet, TAGS.voiLut, !modality && (format.signed || intercept < 0));
  if (voi) return { data, grading: { kind: "table", from: "table", slope, intercept, ...voi, invert } };
  const window = readWindow(dataSet, slope, intercept, invert);
  if (window && showsSomething(window, data)) return { data, grading: window };
  if (data instanceof Uint8Array && format.bitsStored === 8) {
    return { data: invert ? data.map((sample) => 255 - sample) : data, grading: null };
  }
  return { data, grading: gradeByPercentiles(data, invert, isPadding && ((at) => !isPadding(stored[at] ?? 0))) };
}

type Window = Exclude<Grading, { kind: "table" }>;

/** The first window, its bounds in stored samples: (value - intercept) / slope. Null where it is not there or makes no sense. */
function readWindow(dataSet: DataSet, slope: number, intercept: number, invert: boolean): Window | null {
  const [center = Number.NaN, width = Number.NaN] = [
    dataSet.floatString(TAGS.windowCenter, 0),
    dataSet.floatString(TAGS.windowWidth, 0),
  ];
  if (!Number.isFinite(center) || !(width > 0)) return null;
  const toStored = (value: number) => (value - intercept) / slope;
  switch (dataSet.string(TAGS.windowFunction)?.trim().toUpperCase()) {
    case "SIGMOID":
      return { kind: "sigmoid", from: "window", center: toStored(center), width: width / slope, invert };
    case "LINEAR_EXACT":
      return { kind: "linear", from: "window", low: toStored(center - width / 2), high: toStored(center + width / 2), invert };
    default: {
      // LINEAR: ((x - (center - 0.5)) / (width - 1) + 0.5), for windows of whole values.
      const [middle, half] = [center - 0.5, (width - 1) / 2];
      return { kind: "linear", from: "window", low: toStored(middle - half), high: toStored(middle + half), invert };
    }
  }
}

/** False for a window that would leave the whole film black or white, as those of some exports do. */
function showsSomething(window: Window, data: Samples): boolean {
  const [a, b] =
    window.kind === "linear" ? [window.low, window.high] : [window.center - window.width, window.center + window.width];
  const [low, high] = [Math.min(a, b), Math.max(a, b)];
  let [below, above] = [true, true];
  for (const sample of data) {
    below &&= sample <= low;
    above &&= sample >= high;
  }
  return !below && !above;
}
