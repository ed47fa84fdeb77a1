// The keyboard's place where what holds it will go away by itself. It takes focus from nothing else.
import { type RefObject, useLayoutEffect } from "react";

/** Where `holder` leaves the page with the focus, what `findHeir` finds then takes it. */
export function useBequeathedFocus(holder: RefObject<HTMLElement | null>, findHeir: () => HTMLElement | null): void {
  useLayoutEffect(() => {
    const element = holder.current;
    return () => {
      // It still has the focus: it is taken out of the page after this, and the heir may come in with that.
      if (element === null || element !== document.activeElement) return;
      queueMicrotask(() => {
        if (!element.isConnected) findHeir()?.focus();
      });
    };
  }, [holder, findHeir]);
}
