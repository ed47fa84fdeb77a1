import { expect, it } from "vitest";
import { INITIAL_STATE } from "../../app/initialState";
import type { LabState, RunState } from "../../app/state";
import { railLines } from "./railLines";

it.each<[RunState["state"], string]>([
  ["pausing", "pausing at step 3 of 8"],
  ["paused", "paused at step 3 of 8"],
  ["stopping", "stopping at step 3 of 8"],
  ["stopped", "stopped at step 3 of 8"],
])("says of a run that is %s: %s", (state, line) => {
  const lab: LabState = { ...INITIAL_STATE, run: { ...INITIAL_STATE.run, state, stepsSeen: 3, stepsTotal: 8 } };
  expect(railLines(lab).train.line).toBe(line);
});
