import { expect, it } from "vitest";
import { findMost } from "./forecast";

it.each([0, 1, 2, 13, 63, 64, 1000, 1024])("finds that %i fit, and asks of no more than twice as many", (most) => {
  const asked: number[] = [];
  const found = findMost((count) => {
    asked.push(count);
    return count <= most;
  }, 1024);
  expect(found).toBe(most);
  expect(Math.max(...asked)).toBeLessThanOrEqual(Math.min(1024, Math.max(1, 2 * most)));
});

it("finds no more than is asked for", () => {
  expect(findMost(() => true, 100)).toBe(100);
});
