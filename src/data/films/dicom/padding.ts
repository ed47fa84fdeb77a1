// Pixels that were never exposed but fill up the rectangle (PS3.3, C.7.5.1.1.2). They are background: dark, and no part of any statistic.
import type { DataSet } from "dicom-parser";
import type { Samples } from "../film";
import type { PixelFormat } from "./storedSamples";
import { TAGS } from "./tags";

type IsPadding = (sample: number) => boolean;

/** Null where the file names no padding. */
export function readPadding(dataSet: DataSet, { signed }: PixelFormat): IsPadding | null {
  const read = (tag: string) => (signed ? dataSet.int16(tag) : dataSet.uint16(tag));
  const value = read(TAGS.padding);
  if (value === undefined) return null;
  const limit = read(TAGS.paddingLimit) ?? value;
  const [from, to] = [Math.min(value, limit), Math.max(value, limit)];
  return (sample) => sample >= from && sample <= to;
}

/** Padding as dark as the darkest pixel that is none, so that nothing bright bleeds into its neighbours where the film is resized. */
export function fillPadding(samples: Samples, isPadding: IsPadding, invert: boolean): Samples {
  let darkest: number | null = null;
  for (const sample of samples) {
    if (!isPadding(sample) && (darkest === null || (invert ? sample > darkest : sample < darkest))) darkest = sample;
  }
  const fill = darkest;
  return fill === null ? samples : samples.map((sample) => (isPadding(sample) ? fill : sample));
}
