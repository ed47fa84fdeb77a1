import { describe, expect, it } from "vitest";
import { INITIAL_STATE } from "../../app/initialState";
import type { FinderState, LabState, RunState } from "../../app/state";
import type { DatasetSummary, SampleSummary } from "../../protocol/dataset";
import type { FinderResult } from "../../protocol/finder";
import { DEFAULT_SETTINGS } from "../../protocol/settings";
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

it("ticks no dataset of which nothing can be trained", () => {
  const problem = { code: "oneClass", message: "One class only." } as const;
  const open: LabState = { ...INITIAL_STATE, dataset: { ...INITIAL_STATE.dataset, state: "ready" } };
  const isDone = (sample: Partial<LabState["sample"]>) =>
    railLines({ ...open, sample: { ...open.sample, ...sample } }).dataset.done;
  expect(isDone({})).toBe(true);
  expect(isDone({ failure: problem })).toBe(false);
  expect(isDone({ summary: { problem } as SampleSummary })).toBe(false);
});

it("says how many films are open, and in which format their labels came", () => {
  const summary = { films: 112_120, format: "nih" } as DatasetSummary;
  const lab: LabState = { ...INITIAL_STATE, dataset: { ...INITIAL_STATE.dataset, state: "ready", summary } };
  expect(railLines(lab).dataset).toMatchObject({ done: true, line: "112,120 films, NIH ChestX-ray14" });
});

describe("LR Find", () => {
  const result = {} as FinderResult;
  const line = (finder: Partial<FinderState>, maxLr = DEFAULT_SETTINGS.maxLr) =>
    railLines({
      ...INITIAL_STATE,
      finder: { ...INITIAL_STATE.finder, ...finder },
      settings: { ...DEFAULT_SETTINGS, maxLr },
    }).finder;

  it("is not done where the default max LR stands and no finder has run", () => {
    expect(line({})).toMatchObject({ done: false, line: "after films are prepared" });
    expect(line({ state: "stopped", result })).toMatchObject({ done: false, line: "default max LR 1.0e-3" });
  });

  it("is done once the finder has run, and says whether a max LR was picked", () => {
    expect(line({ state: "done", result })).toMatchObject({ done: true, line: "default max LR 1.0e-3" });
    expect(line({ state: "done", result, chosen: 1e-3 })).toMatchObject({ done: true, line: "max LR 1.0e-3" });
  });

  it("is done where the person set a max LR, unless a finder is running or has failed", () => {
    expect(line({}, 0.05)).toMatchObject({ done: true, line: "max LR 5.0e-2" });
    expect(line({ state: "stopped", result }, 0.05).done).toBe(true);
    expect(line({ state: "running" }, 0.05).done).toBe(false);
    expect(line({ state: "failed" }, 0.05)).toMatchObject({ done: false, line: "failed" });
  });
});
