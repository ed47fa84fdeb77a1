// The keyboard's place in what opens and closes again beside a button. It opens nothing.
import { type RefObject, useEffect, useRef } from "react";

/** Of the returned element: it has the focus as soon as it is there, and gives it back to what had it. */
export function useBorrowedFocus<Taker extends HTMLElement>(): RefObject<Taker | null> {
  const taker = useRef<Taker>(null);
  useEffect(() => {
    const before = document.activeElement;
    taker.current?.focus();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return taker;
}
