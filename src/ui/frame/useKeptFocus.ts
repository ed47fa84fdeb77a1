// The keyboard's place when what held it goes away and nothing came in its stead: the step's heading, so that Tab goes on from there. What
// knows a better heir gives the focus to it first (parts/use...Focus.ts).
import { useEffect } from "react";

/** Long enough for whatever comes in the stead of what went, short enough to be before the next key. */
const SETTLED_MS = 150;

export function useKeptFocus(): void {
  useEffect(() => {
    let holder: Element | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    // A person who clicks beside everything lets go of the focus: then what had it is still there.
    const isGone = () => holder !== null && (!holder.isConnected || holder.matches(":disabled"));
    const remember = ({ target }: FocusEvent) => {
      holder = target instanceof Element ? target : null;
    };
    const keep = () => {
      timer = undefined;
      if (!isGone() || document.activeElement !== document.body) return;
      document.querySelector<HTMLElement>("main h1")?.focus({ preventScroll: true });
    };
    const watcher = new MutationObserver(() => {
      if (isGone()) timer ??= setTimeout(keep, SETTLED_MS);
    });
    document.addEventListener("focusin", remember);
    watcher.observe(document.body, { childList: true, subtree: true, attributeFilter: ["disabled"] });
    return () => {
      document.removeEventListener("focusin", remember);
      watcher.disconnect();
      clearTimeout(timer);
    };
  }, []);
}
