import { expect, it } from "vitest";
import type { Trial } from "../../protocol/training";
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
