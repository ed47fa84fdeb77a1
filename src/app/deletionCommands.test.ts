import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createStore } from "zustand/vanilla";
import { LabError } from "../protocol/labError";
import type { TrainApi, Trial } from "../protocol/training";
import { createContext } from "./context";
import { createDeletionCommands, UNDO_MS } from "./deletionCommands";
import { INITIAL_STATE } from "./initialState";
import type { LabState } from "./state";
import type { Workers } from "./workers";

const trialOf = (id: number) => ({ id }) as Trial;

function createOnDoubles(change: Partial<TrainApi> = {}) {
  const calls: string[] = [];
  const training: Partial<TrainApi> = {
    deleteTrial: async (id) => void calls.push(`delete ${id}`),
    restoreTrial: async (id) => {
      calls.push(`restore ${id}`);
      return trialOf(id);
    },
    tidy: async () => void calls.push("tidy"),
    ...change,
  };
  const store = createStore<LabState>(() => ({
    ...INITIAL_STATE,
    trials: [1, 2, 3].map(trialOf),
    trialsView: { ...INITIAL_STATE.trialsView, selected: [3, 1] },
  }));
  const commands = createDeletionCommands(createContext(store, { training } as unknown as Workers));
  const ids = () => store.getState().trials.map(({ id }) => id);
  return { store, commands, calls, ids };
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("navigator", { storage: { estimate: async () => ({ usage: 0 }) } });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("takes trials off the list at once, and away for good when they can be brought back no more", async () => {
  const { store, commands, calls, ids } = createOnDoubles();
  await commands.deleteTrials([1, 2]);
  expect([ids(), store.getState().trialsView.selected, store.getState().deletedTrials]).toEqual([[3], [3], [1, 2]]);
  expect(store.getState().status).toBe("2 trials are deleted. Undo brings them back.");
  await vi.advanceTimersByTimeAsync(UNDO_MS - 1);
  expect(calls).toEqual(["delete 1", "delete 2"]);
  await vi.advanceTimersByTimeAsync(1);
  expect(calls).toEqual(["delete 1", "delete 2", "tidy"]);
  expect(store.getState().deletedTrials).toEqual([]);
  await commands.undoDeletion();
  expect(calls).toHaveLength(3);
});

it("brings them back in their place, and takes nothing away", async () => {
  const { store, commands, calls, ids } = createOnDoubles();
  await commands.deleteTrials([2]);
  await commands.undoDeletion();
  expect([ids(), store.getState().deletedTrials, store.getState().status]).toEqual([[1, 2, 3], [], "Trial 2 is back."]);
  await vi.advanceTimersByTimeAsync(UNDO_MS);
  expect(calls).toEqual(["delete 2", "restore 2"]);
});

it("carries a deletion out before the next, however quickly that follows", async () => {
  const { store, commands, calls, ids } = createOnDoubles();
  await Promise.all([commands.deleteTrials([1]), commands.deleteTrials([2])]);
  expect(calls).toEqual(["delete 1", "tidy", "delete 2"]);
  await commands.undoDeletion();
  expect([ids(), store.getState().deletedTrials]).toEqual([[2, 3], []]);
});

it("says which cannot be deleted, and deletes the others", async () => {
  const { store, commands, ids } = createOnDoubles({
    deleteTrial: async (id) => {
      if (id === 1) throw new LabError("badSettings", "Trial 1 is in use.");
    },
  });
  await commands.deleteTrials([1, 2]);
  expect([ids(), store.getState().deletedTrials, store.getState().status]).toEqual([[1, 3], [2], "Trial 1 is in use."]);
});

it("leaves nothing on the page of what is gone", async () => {
  const { store, commands } = createOnDoubles();
  const choice = { kind: "trial", trialId: 2, which: "last" } as const;
  const shown = {
    run: { ...INITIAL_STATE.run, trial: trialOf(2) },
    evaluation: { ...INITIAL_STATE.evaluation, trialId: 2 },
    weights: { ...INITIAL_STATE.weights, choice },
  };
  store.setState(shown);
  await commands.deleteTrials([1]);
  expect(store.getState()).toMatchObject(shown);
  await commands.deleteTrials([2]);
  const { run, evaluation, weights } = store.getState();
  expect({ run, evaluation, weights }).toEqual({
    run: INITIAL_STATE.run,
    evaluation: INITIAL_STATE.evaluation,
    weights: INITIAL_STATE.weights,
  });
});

it("leaves what a weights file came to, though it is called as the trial that is gone", async () => {
  const { store, commands } = createOnDoubles();
  store.setState({ evaluation: { ...INITIAL_STATE.evaluation, name: "trial-2", trialId: null } });
  await commands.deleteTrials([2]);
  expect(store.getState().evaluation.name).toBe("trial-2");
});

it("leaves a trial that is being evaluated, and says so", async () => {
  const { store, commands, calls, ids } = createOnDoubles();
  store.setState({ evaluation: { ...INITIAL_STATE.evaluation, state: "running", trialId: 2 } });
  await commands.deleteTrials([2, 3]);
  expect([ids(), calls, store.getState().evaluation.state]).toEqual([[1, 2], ["delete 3"], "running"]);
  expect(store.getState().status).toMatch(/^Trial 2 is being evaluated/);
});
