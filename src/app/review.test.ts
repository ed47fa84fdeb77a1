import { describe, expect, it } from "vitest";
import type { KeptValidation, Trial } from "../protocol/training";
import { chooseWrong, findParent, MOST_WRONG, nameReview, titleReview } from "./review";

it("is called by its trials", () => {
  expect([titleReview([27]), titleReview([27, 28]), titleReview([26, 27, 28])]).toEqual([
    "Trial 27",
    "Trial 27 & 28",
    "Trial 26, 27 & 28",
  ]);
  expect(nameReview([27, 28])).toBe("review-trial-27-28.html");
});

describe("the films that are most wrong", () => {
  const kept = (labels: number[], logits: number[], targets = ["Edema"]) =>
    ({
      targets,
      labels: Uint8Array.from(labels),
      logits: Float32Array.from(logits),
      paths: Array.from({ length: labels.length / targets.length }, (_, film) => `${film}.png`),
    }) as unknown as KeptValidation;

  it("come worst first, whichever their label, and never one whose label is unknown", () => {
    const wrong = chooseWrong(kept([0, 1, 255, 1, 0], [-1, -2, 9, 4, 3]));
    expect(wrong.map(({ path, place, target }) => [path, place, target])).toEqual([
      ["4.png", 4, 0],
      ["1.png", 1, 1],
      ["0.png", 0, 0],
      ["3.png", 3, 1],
    ]);
    expect(wrong[0]?.probability).toBeCloseTo(0.9525741268, 9);
  });

  it("are a few, of the main target", () => {
    const films = 20;
    const two = kept(
      Array.from({ length: 2 * films }, (_, at) => at % 2),
      Array.from({ length: 2 * films }, (_, at) => (at % 2 ? -50 : at)),
      ["Edema", "Effusion"],
    );
    const wrong = chooseWrong(two);
    expect(wrong).toHaveLength(MOST_WRONG);
    expect(wrong[0]).toMatchObject({ place: films - 1, finding: "Edema" });
  });
});

it("finds a trial's parent among those here, and takes no number of another browser for one of this", () => {
  const trials = [{ id: 1 }, { id: 2 }] as Trial[];
  const trial = (parent: string | null, origin?: object) => ({ parent, ...(origin && { origin }) }) as Trial;
  expect(findParent(trial("trial-2"), trials)?.id).toBe(2);
  expect(
    [trial(null), trial("trial-3"), trial("best.safetensors"), trial("trial-2", {})].map((one) => findParent(one, trials)),
  ).toEqual(Array(4).fill(undefined));
});
