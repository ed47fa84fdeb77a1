// A value that changes often, passed on at most so often: for charts, which cost more to draw than a run takes to go on.
import { useEffect, useRef, useState } from "react";

/** `value` as it was at most `everyMs` ago; always the newest in the end. */
export function usePaced<Value>(value: Value, everyMs: number): Value {
  const [paced, setPaced] = useState(value);
  const passedOnAt = useRef(0);
  useEffect(() => {
    const wait = Math.max(0, passedOnAt.current + everyMs - performance.now());
    const timer = setTimeout(() => {
      passedOnAt.current = performance.now();
      setPaced(value);
    }, wait);
    return () => clearTimeout(timer);
  }, [value, everyMs]);
  return paced;
}
