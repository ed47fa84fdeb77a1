import { expect, it } from "vitest";
import { EMPTY_EVALUATION } from "../../app/initialState";
import type { EvaluationState } from "../../app/state";
import type { Evaluation, SeenFilms } from "../../protocol/training";
import { describeEvaluated, describeSeen } from "./evaluatedWords";

const of = (seen: Partial<SeenFilms>) => ({ films: 120, seen: { films: 0, patients: 0, unknown: null, ...seen } }) as Evaluation;

it("tells a test set from validation films", () => {
  const sample = { summary: { valid: { patients: 40 } } } as unknown as EvaluationState["sample"];
  expect(describeEvaluated(of({}), { ...EMPTY_EVALUATION, sample })).toBe("120 validation films");
  expect(describeEvaluated(of({}), { ...EMPTY_EVALUATION, sample, testSet: "B" })).toBe(
    "120 test films of 40 patients, all of B",
  );
});

it("says nothing of films that the network has never seen, and warns with a count of those that it has", () => {
  expect(describeSeen(of({}))).toEqual([]);
  expect(describeSeen(of({ films: 12, patients: 1 }))).toEqual([
    expect.stringContaining("trained on 12 of these 120 films"),
    expect.stringContaining("1 patient of these films has the name of patients that the network"),
  ]);
  expect(describeSeen(of({ films: 120 }))[0]).toContain("trained on all these 120 films");
  expect(describeSeen(of({ unknown: "w.pth" }))).toEqual([
    expect.stringContaining("On which films w.pth was trained is not known"),
  ]);
});
