import { expect, it } from "vitest";
import { allocateSteps, firstSteps, putSteps, toStepRecords } from "./steps";

const record = (step: number, loss = step / 10) => ({
  step,
  epoch: Math.floor(step / 100),
  loss,
  lr: step * 1e-4,
  momentum: 0.9,
});
const records = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => record(from + index));

it("keeps every step to the bit, however often the columns grow", () => {
  let columns = allocateSteps(0);
  for (let from = 0; from < 1200; from += 7) columns = putSteps(columns, records(from, from + 7));
  expect(toStepRecords(firstSteps(columns, 1204))).toEqual(records(0, 1204));
});

it("takes a step again that was taken before", () => {
  const columns = putSteps(putSteps(allocateSteps(0), records(0, 10)), [record(4, 0.25), record(5, 0.5)]);
  expect(toStepRecords(firstSteps(columns, 6))).toEqual([...records(0, 4), record(4, 0.25), record(5, 0.5)]);
});

it("changes nothing for no records", () => {
  const columns = putSteps(allocateSteps(0), records(0, 3));
  expect(putSteps(columns, [])).toEqual(columns);
});
