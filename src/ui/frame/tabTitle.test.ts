import { expect, it } from "vitest";
import { INITIAL_STATE } from "../../app/initialState";
import type { RunState } from "../../app/state";
import { tabTitle } from "./tabTitle";

const { run, finder } = INITIAL_STATE;
const title = (change: Partial<RunState>) =>
  tabTitle({ finder, run: { ...run, trial: { id: 7 } as RunState["trial"], ...change } });

it("says how far a run is, and when it has ended and how", () => {
  expect(tabTitle({ run, finder })).toBe("Roentgen Lab");
  expect(title({ state: "running", stepsSeen: 99, stepsTotal: 1000 })).toBe("9 % · Trial 7 · Roentgen Lab");
  expect(title({ state: "running" })).toBe("0 % · Trial 7 · Roentgen Lab");
  expect(title({ state: "paused" })).toBe("Trial 7 paused · Roentgen Lab");
  expect(title({ state: "done" })).toBe("Trial 7 finished · Roentgen Lab");
});

it("says how far LR Find is", () => {
  const looking = { ...finder, state: "running" as const, progress: { ...finder.progress, step: 50, steps: 100 } };
  expect(tabTitle({ run, finder: looking })).toBe("50 % · LR Find · Roentgen Lab");
});
