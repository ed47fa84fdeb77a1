import { expect, it } from "vitest";
import { createStatistics } from "../../statistics/api";
import { describeFilms } from "./HowGood";
import { describeNoPoint } from "./OperatingPanel";

it.each([
  ["no film is positive", [0, 0, 0]],
  ["all are", [1, 1, 1]],
])("a validation of one class says why there is no AUROC, where %s", async (_, labels) => {
  const films = { labels: Uint8Array.from(labels), scores: Float64Array.of(-1, 0, 1), patients: Uint32Array.of(0, 1, 2) };
  expect(describeFilms(await createStatistics().summarise(films, 0))).toContain("All are of one class");
});

it("a rule without the films that it needs says which", () => {
  expect(describeNoPoint({ by: "youden" })).toBe("No operating point by Youden: it takes films of both classes.");
  expect(describeNoPoint({ by: "sensitivity", value: 0.9 })).toBe(
    "No operating point by sensitivity 0.9: it takes positive films.",
  );
  expect(describeNoPoint({ by: "specificity", value: 0.9 })).toContain("negative films");
});
