import { expect, it } from "vitest";
import { createStore } from "zustand/vanilla";
import { INITIAL_STATE } from "./initialState";
import type { LabState } from "./state";
import { keepAwake, type WakingPage } from "./wakeLock";

function watch(refuses = false) {
  const store = createStore<LabState>(() => INITIAL_STATE);
  const page: WakingPage & { visibilityState: DocumentVisibilityState } & EventTarget = Object.assign(new EventTarget(), {
    visibilityState: "visible" as DocumentVisibilityState,
  });
  const locks: { held: boolean }[] = [];
  keepAwake(store, page, {
    request: async () => {
      if (refuses) throw new DOMException("low battery", "NotAllowedError");
      const lock = { held: true, release: async () => void Object.assign(lock, { held: false }) };
      locks.push(lock);
      return lock as unknown as WakeLockSentinel;
    },
  });
  const settled = () => new Promise((resolve) => setTimeout(resolve));
  return {
    held: async () => {
      await settled();
      return locks.map(({ held }) => held);
    },
    run: (state: LabState["run"]["state"]) => store.setState(({ run }) => ({ run: { ...run, state } })),
    see: (visibilityState: DocumentVisibilityState) => {
      page.visibilityState = visibilityState;
      page.dispatchEvent(new Event("visibilitychange"));
    },
  };
}

it("holds one lock while a run is under way, and none before, while it is paused, or after", async () => {
  const { held, run } = watch();
  expect(await held()).toEqual([]);
  run("running");
  run("pausing");
  expect(await held()).toEqual([true]);
  run("paused");
  expect(await held()).toEqual([false]);
  run("running");
  expect(await held()).toEqual([false, true]);
  run("failed");
  expect(await held()).toEqual([false, false]);
});

it("asks again once the page is seen again", async () => {
  const { held, run, see } = watch();
  run("running");
  see("hidden");
  expect(await held()).toEqual([false]);
  see("visible");
  expect(await held()).toEqual([false, true]);
});

it("asks nothing more of a browser that refuses, and harms no run", async () => {
  const { held, run } = watch(true);
  run("running");
  run("done");
  expect(await held()).toEqual([]);
});
