import { expect, it } from "vitest";
import type { Trial } from "../protocol/training";
import { readTrials } from "./readTrials";

it("reads thousands of trials by number, some hundreds at a time at most", async () => {
  const ids = Array.from({ length: 1234 }, (_, at) => at + 1);
  const asked: number[] = [];
  const trials = await readTrials({
    listTrialNumbers: async () => ids,
    listTrials: async (part = []) => {
      asked.push(part.length);
      return part.filter((id) => id !== 700).map((id) => ({ id }) as Trial);
    },
  });
  expect(trials.map(({ id }) => id)).toEqual(ids.filter((id) => id !== 700));
  expect(Math.max(...asked)).toBeLessThan(300);
});
