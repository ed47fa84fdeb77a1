import { expect, it, vi } from "vitest";
import { createStore } from "zustand/vanilla";
import type { TrialFile } from "../protocol/again";
import { DEFAULT_SETTINGS } from "../protocol/settings";
import { createAgainStore } from "../storage/again";
import { createTestKeyValue } from "../storage/testKeyValue";
import { createContext } from "./context";
import { INITIAL_STATE, NOT_AGAIN } from "./initialState";
import { keepAgain } from "./keepAgain";
import type { LabState } from "./state";
import type { Workers } from "./workers";

const FILE = { name: "trial-7.json", trial: "trial-7", settings: DEFAULT_SETTINGS } as TrialFile;

/** A page on what the pages before it left. */
async function openPage(values = createTestKeyValue<TrialFile | null>()) {
  const store = createStore<LabState>(() => INITIAL_STATE);
  await keepAgain(createContext(store, {} as Workers), createAgainStore(values));
  return { store, values };
}

it("repeats the trial whose file was taken before the page was loaded anew, until it is begun or given up", async () => {
  const first = await openPage();
  expect(first.store.getState().again).toEqual(NOT_AGAIN);
  first.store.setState({ again: { file: FILE, differences: ["Max LR"], failure: null } });
  await vi.waitFor(() => expect(first.values.map.get("next")).toEqual(FILE));
  const second = await openPage(first.values);
  expect(second.store.getState().again).toEqual({ file: FILE, differences: null, failure: null });

  second.store.setState({ again: NOT_AGAIN });
  await vi.waitFor(() => expect(second.values.map.get("next")).toBeNull());
  expect((await openPage(second.values)).store.getState().again).toEqual(NOT_AGAIN);
});

it("completes the settings of a file that an earlier version took", async () => {
  const values = createTestKeyValue<TrialFile | null>();
  const { mixup, ...before } = DEFAULT_SETTINGS;
  values.map.set("next", { ...FILE, settings: before as TrialFile["settings"] });
  expect((await openPage(values)).store.getState().again.file?.settings.mixup).toBe(mixup);
});
