import { expect, it, vi } from "vitest";
import { createStore } from "zustand/vanilla";
import type { Trial } from "../protocol/training";
import { createBeginningStore, type TrialChoice } from "../storage/beginning";
import { createTestKeyValue } from "../storage/testKeyValue";
import { createContext } from "./context";
import { FRESH_WEIGHTS, INITIAL_STATE } from "./initialState";
import { keepBeginning } from "./keepBeginning";
import type { LabState } from "./state";
import type { Workers } from "./workers";

const TRIAL = {
  id: 7,
  settings: { keepBest: "auroc" },
  checkpoints: { last: { key: "l" }, best: { key: "b", auroc: 0.9, epoch: 1 }, epochs: [] },
} as unknown as Trial;
const CHOICE = { kind: "trial", trialId: 7, which: "best" } as const;

/** A page on the choice that the pages before it left, with these trials. */
function openPage(values = createTestKeyValue<TrialChoice | null>(), trials = [TRIAL]) {
  const store = createStore<LabState>(() => ({ ...INITIAL_STATE, trials }));
  const restored = keepBeginning(createContext(store, {} as Workers), createBeginningStore(values));
  return { store, values, restored };
}

it("begins the next trial from what it was to begin from before the page was loaded anew", async () => {
  const first = openPage();
  await first.restored;
  first.store.setState({ weights: { ...FRESH_WEIGHTS, choice: CHOICE, label: "trial-7-best" } });
  await vi.waitFor(() => expect(first.values.map.get("next")).toEqual(CHOICE));
  const second = openPage(first.values);
  await second.restored;
  expect(second.store.getState().weights).toEqual({ ...FRESH_WEIGHTS, choice: CHOICE, label: "trial-7-best" });

  // As a run does once it has begun from them.
  second.store.setState({ weights: FRESH_WEIGHTS });
  await vi.waitFor(() => expect(second.values.map.get("next")).toBeNull());
  const third = openPage(second.values);
  await third.restored;
  expect(third.store.getState().weights).toBe(FRESH_WEIGHTS);
});

it("begins from fresh weights where the trial is gone, or has no such weights any more", async () => {
  const withoutBest = { ...TRIAL, checkpoints: { ...TRIAL.checkpoints, best: null } };
  for (const trials of [[], [withoutBest]]) {
    const values = createTestKeyValue<TrialChoice | null>();
    values.map.set("next", CHOICE);
    const { store, restored } = openPage(values, trials);
    await restored;
    expect(store.getState().weights).toBe(FRESH_WEIGHTS);
  }
});

it("leaves what was chosen before the kept choice was read", async () => {
  const values = createTestKeyValue<TrialChoice | null>();
  values.map.set("next", CHOICE);
  const { store, restored } = openPage(values);
  const chosen = { ...FRESH_WEIGHTS, label: "other.pth", choice: { kind: "file", name: "other.pth", file: new Blob() } as const };
  store.setState({ weights: chosen });
  await restored;
  expect(store.getState().weights).toBe(chosen);
});
