// How much work the GPU is given at once. Submits nothing itself.
import type { Dispatch } from "../kernels/dispatches";

/** The most that is submitted at once: a card that works on one thing for seconds freezes the desktop, and its driver may give it up. */
const SUBMITTED = { flop: 1e10, dispatches: 256 };

/** Ranges of dispatches. The first is at work while the last is still being written. */
export function cutSubmissions(dispatches: readonly Pick<Dispatch, "flop">[]): [from: number, to: number][] {
  const cuts: [number, number][] = [];
  let from = 0;
  let flop = 0;
  dispatches.forEach((one, index) => {
    flop += one.flop;
    const to = index + 1;
    if (flop < SUBMITTED.flop && to - from < SUBMITTED.dispatches && to < dispatches.length) return;
    cuts.push([from, to]);
    from = to;
    flop = 0;
  });
  return cuts;
}
