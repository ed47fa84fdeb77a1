import { expect, it } from "vitest";
import { INITIAL_STATE } from "../../app/initialState";
import type { LabState, WeightsState } from "../../app/state";
import { DEFAULT_SETTINGS } from "../../protocol/settings";
import type { Trial } from "../../protocol/training";
import { describeMismatch } from "./mismatch";

const trialOf = (id: number, target: string) => ({ id, settings: { ...DEFAULT_SETTINGS, target } }) as Trial;
const SUMMARY = {
  arch: "densenet121" as const,
  head: "linear" as const,
  normalisation: "imagenet" as const,
  classes: ["Edema"],
  imageSize: 64,
  parameters: 1,
  notes: [],
};
const FILE: WeightsState = {
  choice: { kind: "file", name: "w", file: new Blob() },
  label: "w.safetensors",
  summary: SUMMARY,
  fetched: null,
  failure: null,
};
const OF_TRIAL: WeightsState = { ...FILE, choice: { kind: "trial", trialId: 2, which: "last" }, label: "trial-2", summary: null };

/** A page that shows trial 1 and learns Cardiomegaly. */
function labWith(weights: WeightsState, shown: string): LabState {
  const trial = trialOf(1, shown);
  return { ...INITIAL_STATE, weights, run: { ...INITIAL_STATE.run, trial }, trials: [trial, trialOf(2, "Edema")] };
}

it("says nothing of a trial's own weights", () => {
  expect(describeMismatch(labWith(INITIAL_STATE.weights, "Edema"))).toBeNull();
});

it("compares a file with the shown trial's target, where its films are the ones that are evaluated", () => {
  expect(describeMismatch(labWith(FILE, "Edema"))).toBeNull();
  expect(describeMismatch(labWith(FILE, "Fracture"))).toBe("w.safetensors learnt Edema and is held against Fracture here.");
});

it("compares a file with the page's target, where films are prepared", () => {
  const sample = { summary: { train: { films: 8 } } } as LabState["preparation"]["sample"];
  const lab = { ...labWith(FILE, "Edema"), preparation: { ...INITIAL_STATE.preparation, sample } };
  expect(describeMismatch(lab)).toBe("w.safetensors learnt Edema and is held against Cardiomegaly here.");
});

it("compares all targets", () => {
  const two = { ...FILE, summary: { ...SUMMARY, classes: ["Edema", "Fracture"] } };
  const lab = labWith(two, "Edema");
  const more = (target: string) => {
    const moreTargets = [{ target, positive: ["1"], uncertain: "ignore", blank: "negative" } as const];
    const trial = lab.run.trial && { ...lab.run.trial, settings: { ...lab.run.trial.settings, moreTargets } };
    return { ...lab, run: { ...lab.run, trial } } as unknown as LabState;
  };
  expect(describeMismatch(more("Fracture"))).toBeNull();
  const swapped = { ...two, summary: { ...SUMMARY, classes: ["Fracture", "Lung Opacity", "Edema"] } };
  expect(describeMismatch({ ...more("Fracture"), weights: swapped }), "found by their names").toBeNull();
  expect(describeMismatch(more("Pneumonia"))).toBe(
    "w.safetensors learnt Edema, Fracture and is held against Edema, Pneumonia here.",
  );
});

it("compares the shown trial's own targets with those of a test set", () => {
  const sample = { summary: { train: { films: 0 } } } as LabState["preparation"]["sample"];
  const lab = { ...labWith(INITIAL_STATE.weights, "Edema"), preparation: { ...INITIAL_STATE.preparation, sample } };
  expect(describeMismatch(lab)).toBe("Trial 1 learnt Edema and is held against Cardiomegaly here.");
});

it("compares what another trial learnt", () => {
  expect(describeMismatch(labWith(OF_TRIAL, "Edema"))).toBeNull();
  expect(describeMismatch(labWith(OF_TRIAL, "Fracture"))).toBe("trial-2 learnt Edema and is held against Fracture here.");
});
