// Says when the next event is due, so that a fast job sends the page about ten a second. Holds no events.

const EVENT_MS = 100;

/** @param now milliseconds, as `performance.now` */
export function createPace(now: () => number): () => boolean {
  let last = Number.NEGATIVE_INFINITY;
  return () => {
    if (now() - last < EVENT_MS) return false;
    last = now();
    return true;
  };
}
