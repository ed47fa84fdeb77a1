// Keeps the screen, and with it the machine, awake while a run is under way and the page is seen. The browser lets go when it is hidden.
import type { StoreApi } from "zustand/vanilla";
import type { LabState } from "./state";

/** What of a page it takes, so that a test may bring its own. */
export interface WakingPage {
  readonly visibilityState: DocumentVisibilityState;
  addEventListener(type: "visibilitychange", listener: () => void): void;
}

/** A browser that refuses, as one with a low battery does, changes nothing else: the run goes on as long as the machine does. */
export function keepAwake(
  store: Pick<StoreApi<LabState>, "getState" | "subscribe">,
  page: WakingPage = document,
  wakeLock: Pick<WakeLock, "request"> | undefined = navigator.wakeLock,
): void {
  if (!wakeLock) return;
  let held: Promise<WakeLockSentinel | null> | null = null;

  const isWanted = () =>
    ["running", "pausing", "stopping"].includes(store.getState().run.state) && page.visibilityState === "visible";

  function adjust(): void {
    if (isWanted() && !held) {
      held = wakeLock?.request("screen").catch(() => null) ?? null;
      return;
    }
    if (isWanted() || !held) return;
    void held.then((sentinel) => sentinel?.release());
    held = null;
  }

  store.subscribe(adjust);
  page.addEventListener("visibilitychange", adjust);
}
