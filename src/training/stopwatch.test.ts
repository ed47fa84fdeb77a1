import { expect, it } from "vitest";
import { Stopwatch } from "./stopwatch";

it("says the median of the last nine times of a kind, once there are three", () => {
  const watch = new Stopwatch();
  watch.add("step", 50);
  watch.add("step", 10);
  watch.add("other", 1);
  expect(watch.median("step")).toBeNull();
  watch.add("step", 20);
  expect(watch.median("step")).toBe(20);
  for (let i = 0; i < 9; i++) watch.add("step", 100 + i);
  expect(watch.median("step")).toBe(104);
  expect(watch.median("other")).toBeNull();
});
