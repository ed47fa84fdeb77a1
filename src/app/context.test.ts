import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createStore } from "zustand/vanilla";
import { LabError } from "../protocol/labError";
import { createContext } from "./context";
import { INITIAL_STATE } from "./initialState";
import { isAtRest } from "./offline";
import type { LabState } from "./state";
import type { Workers } from "./workers";

const open = () =>
  createContext(
    createStore<LabState>(() => INITIAL_STATE),
    {} as Workers,
  );

beforeEach(() => vi.stubGlobal("window", new EventTarget()));
afterEach(() => vi.unstubAllGlobals());

it("is not at rest while an errand is under way, and says how each ended", async () => {
  const { store, errand } = open();
  const rests = () => isAtRest(store.getState());
  expect(rests()).toBe(true);
  let fail = (_: Error) => {};
  const read = errand(() => new Promise((_, reject) => (fail = reject)));
  expect(await errand(async () => "Written.")).toBeNull();
  expect(store.getState().status).toBe("Written.");
  expect(rests()).toBe(false);
  fail(new LabError("checkpointDamaged", "It is damaged."));
  expect(await read).toMatchObject({ code: "checkpointDamaged", message: "It is damaged." });
  expect(store.getState().status).toBe("It is damaged.");
  expect(rests()).toBe(true);
});

it("announces a failed errand to who drives the page", async () => {
  const { errand } = open();
  const heard = vi.fn();
  window.addEventListener("roentgen-lab", (event) => heard((event as CustomEvent).detail));
  await errand(() => Promise.reject(new LabError("badSettings", "No.")));
  expect(heard).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ type: "failed", code: "badSettings", message: "No." }));
});
