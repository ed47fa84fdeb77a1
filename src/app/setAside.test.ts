import { expect, it } from "vitest";
import type { Trial } from "../protocol/training";
import { listSetAside } from "./setAside";

it("names what was set aside with its reason, and nothing that was not", () => {
  const trial = {
    sample: { uncertainIgnored: 4, blankIgnored: 0, setAside: 161_327 },
    dataset: {
      contents: { repeatedAcross: 3, setsAsideRepeated: false },
      failed: [{ path: "a", reason: "It is empty." }],
    },
  } as unknown as Trial;
  expect(listSetAside(trial)).toEqual([
    { films: 4, why: "with an uncertain label, which the policy ignores" },
    { films: 161_327, why: "that the balance does not draw" },
    { films: 1, why: "that could not be read" },
  ]);
});

it("counts a film that repeats a validation film once, by its own reason", () => {
  const trial = {
    sample: {},
    dataset: {
      contents: { repeatedAcross: 2, setsAsideRepeated: true },
      failed: ["a", "b", "c"].map((path) => ({ path, reason: "" })),
    },
  } as unknown as Trial;
  expect(listSetAside(trial)).toEqual([
    { films: 2, why: "for training that hold the same image as a validation film" },
    { films: 1, why: "that could not be read" },
  ]);
});
