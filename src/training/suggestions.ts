// Where on the finder's curve fastai would take the max LR, to its numbers: v1's two ways and v2's three. It chooses none of them.
import type { FinderSuggestions } from "../protocol/finder";

/** Points at the end of the curve that neither version looks at, and at its start v1 (`recorder.plot`); v2 leaves out a tenth of the steps. */
const SKIP_END = 5;
const SKIP_START = 10;

/** @param losses smoothed; @param steps of the finder, had it run to its end */
export function suggestLrs(lrs: readonly number[], losses: readonly number[], steps: number): FinderSuggestions {
  const first = { lrs: lrs.slice(SKIP_START, -SKIP_END), losses: losses.slice(SKIP_START, -SKIP_END) };
  const skipped = Math.floor(steps / 10);
  const second = { lrs: lrs.slice(skipped, -SKIP_END), losses: losses.slice(skipped, -SKIP_END) };
  return {
    valley: valley(second),
    minimumOver10: minimumOver10(first),
    slide: slide(second),
    steep: steep(second),
    steepest: steepest(first),
  };
}

interface Curve {
  lrs: readonly number[];
  losses: readonly number[];
}

/** v1 `recorder.plot(suggestion=True)`, "min numerical gradient": where the loss falls most from one point to the next. */
function steepest({ lrs, losses }: Curve): number | null {
  return lrs.length < 2 ? null : lrs[indexOfSmallest(gradient(losses))]!;
}

/** v1 "min loss divided by 10"; v2 `minimum`. */
function minimumOver10({ lrs, losses }: Curve): number | null {
  return lrs.length < 2 ? null : lrs[indexOfSmallest(losses)]! / 10;
}

/** v2 `steep`: where the loss falls most by the rate's logarithm. */
function steep({ lrs, losses }: Curve): number | null {
  if (lrs.length < 2) return null;
  const slopes = lrs.slice(1).map((lr, i) => (losses[i + 1]! - losses[i]!) / (Math.log(lr) - Math.log(lrs[i]!)));
  return lrs[indexOfSmallest(slopes)]!;
}

/**
 * v2 `valley`: in the longest valley (the longest falling subsequence of the losses), halfway through its second third. As there, a valley's
 * start is counted back from its length at the moment it became the longest, and an index below 0 counts from the end.
 */
function valley({ lrs, losses }: Curve): number | null {
  const lengths = losses.map(() => 1);
  let [start, end] = [0, 0];
  for (let i = 1; i < losses.length; i++) {
    for (let j = 0; j < i; j++) {
      if (losses[i]! < losses[j]! && lengths[i]! < lengths[j]! + 1) lengths[i] = lengths[j]! + 1;
      if (lengths[end]! < lengths[i]!) {
        end = i;
        start = end - lengths[end]!;
      }
    }
  }
  const third = (end - start) / 3;
  return lrs.at(start + Math.trunc(third) + Math.trunc(third / 2)) ?? null;
}

/** What v2's `slide` compares: slopes so many points apart, until they differ by less than this. */
const SLIDE_POINTS = 15;
const SLIDE_THRESHOLD = 0.005;

/** v2 `slide`: from the end downwards, the last rate before which the slope begins to change. */
function slide({ lrs, losses }: Curve): number | null {
  if (lrs.length <= SLIDE_POINTS) return null;
  const slopes = gradient(losses);
  let right = lrs.length - 1;
  let found = lrs[right - SLIDE_POINTS]!;
  for (
    let left = right - SLIDE_POINTS;
    left >= 0 && Math.abs(slopes[right]! - slopes[left]!) > SLIDE_THRESHOLD;
    left--, right--
  ) {
    found = lrs[left]!;
  }
  return found;
}

/** `numpy.gradient` at unit spacing: central differences, one-sided at the ends. */
function gradient(values: readonly number[]): number[] {
  const last = values.length - 1;
  return values.map((_, i) => {
    const [from, to] = [Math.max(0, i - 1), Math.min(last, i + 1)];
    return (values[to]! - values[from]!) / (to - from);
  });
}

/** The first, where several are as small (`numpy.argmin`). */
function indexOfSmallest(values: readonly number[]): number {
  return values.reduce((smallest, value, i) => (value < values[smallest]! ? i : smallest), 0);
}
