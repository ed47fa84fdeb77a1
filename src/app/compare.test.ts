import { describe, expect, it } from "vitest";
import { FILM_KEY_BYTES, UNKNOWN_LABEL } from "../protocol/dataset";
import type { ModelComparison } from "../protocol/statistics";
import type { Trial } from "../protocol/training";
import {
  demandFilms,
  describeComparison,
  describeOverlap,
  type FilmOverlap,
  formatDifference,
  formatP,
  type KnownFilms,
  listOverlaps,
  matchFilms,
  refusePair,
  type TrialComparison,
} from "./compare";

/** A validation of films called by numbers; labels and logits are [films, targets]. */
function validationOf(names: number[], labels: number[], change: Partial<KnownFilms> = {}): KnownFilms {
  return {
    epoch: 0,
    targets: ["Edema"],
    labels: Uint8Array.from(labels),
    logits: Float32Array.from(labels.keys(), (at) => at / 2),
    films: Uint8Array.from(names.flatMap((name) => [...Array<number>(FILM_KEY_BYTES - 1).fill(7), name])),
    patients: null,
    paths: names.map(String),
    notice: null,
    ...change,
  };
}

describe("films of two validations", () => {
  it("are matched by what they hold, in whatever order, with both models' scores side by side", () => {
    const trial = validationOf([1, 2, 3], [0, 1, 0]);
    const baseline = validationOf([3, 1, 2], [0, 0, 1], { patients: Uint32Array.of(9, 8, 8) });
    const { films, baselineScores, overlap } = matchFilms(trial, baseline, "Edema");
    expect(films).toEqual({
      labels: Uint8Array.of(0, 1, 0),
      scores: Float64Array.of(0, 0.5, 1),
      patients: Uint32Array.of(8, 8, 9),
    });
    expect(baselineScores).toEqual(Float64Array.of(0.5, 1, 0));
    expect(overlap).toEqual({ shared: 3, onlyTrial: 0, onlyBaseline: 0, otherLabels: 0 });
  });

  it("are left out and counted where only one has them, or their labels are not the same", () => {
    const trial = validationOf([1, 2, 3, 4, 5, 6], [0, 1, 0, 1, UNKNOWN_LABEL, UNKNOWN_LABEL]);
    const baseline = validationOf([9, 1, 2, 3, 5, 6, 8], [1, 0, 0, UNKNOWN_LABEL, 1, UNKNOWN_LABEL, 0]);
    const { films, overlap } = matchFilms(trial, baseline, "Edema");
    expect(overlap).toEqual({ shared: 1, onlyTrial: 1, onlyBaseline: 2, otherLabels: 3 });
    expect(films.scores).toEqual(Float64Array.of(0));
  });

  it("count as often as they stand in both, each once", () => {
    const { overlap, baselineScores } = matchFilms(
      validationOf([1, 1, 1], [1, 1, 1]),
      validationOf([1, 2, 1], [1, 0, 1]),
      "Edema",
    );
    expect(overlap).toEqual({ shared: 2, onlyTrial: 1, onlyBaseline: 1, otherLabels: 0 });
    expect(baselineScores).toEqual(Float64Array.of(0, 1));
  });

  it("are read under the target by its name, wherever it stands", () => {
    const both = { targets: ["Edema", "Effusion"] };
    const trial = validationOf([1, 2], [0, 1, 1, 0], both);
    const baseline = validationOf([1, 2], [1, 0], { targets: ["Effusion"] });
    const { films, baselineScores } = matchFilms(trial, baseline, "Effusion");
    expect([films.labels, films.scores, baselineScores]).toEqual([
      Uint8Array.of(1, 0),
      Float64Array.of(0.5, 1.5),
      Float64Array.of(0, 0.5),
    ]);
    expect(refusePair(trial, baseline, [2, 1])).toBeNull();
    expect(refusePair(validationOf([1], [1]), baseline, [2, 1])).toBe(
      "Trial 2 cannot be compared with trial 1: it learnt Edema, the other Effusion.",
    );
  });
});

describe("a trial that cannot be compared", () => {
  const ref = (epoch: number | null) => ({ key: "k", epoch });
  const trialWith = (checkpoints: object) =>
    ({ id: 3, checkpoints: { last: null, best: null, ...checkpoints } }) as unknown as Trial;

  it.each([
    ["it has no checkpoint yet.", {}, null],
    ["its last checkpoint was kept within an epoch, before validation.", { last: ref(null) }, null],
    ["it keeps no predictions (it was trained by an earlier version).", { last: ref(null), best: ref(1) }, null],
    [
      "its films were prepared by an earlier version, which kept nothing to know them again by.",
      { last: ref(0) },
      { ...validationOf([1], [1]), films: null },
    ],
  ])("is told to: %s", (why, checkpoints, kept) => {
    expect(demandFilms(trialWith(checkpoints), kept, "best")).toEqual({ trial: 3, why: `Trial 3 cannot be compared: ${why}` });
  });
});

describe("what a comparison says", () => {
  const estimate = (value: number, low: number, high: number) => ({ value, low, high });
  const compared = (
    difference: [number, number, number],
    p: number | null,
    change: Partial<TrialComparison> = {},
    byPatient: [number, number, number] | null = null,
  ): TrialComparison => ({
    trial: 28,
    baseline: 27,
    target: "Edema",
    overlap: { shared: 1168, onlyTrial: 0, onlyBaseline: 0, otherLabels: 0 },
    knowsPatients: byPatient !== null,
    holmP: p,
    models: {
      films: 1168,
      auroc: { difference: estimate(...difference), p },
      byPatient: { auroc: byPatient && estimate(...byPatient) },
    } as ModelComparison,
    ...change,
  });

  it.each([
    [
      compared([0.021, 0.004, 0.038], 0.016),
      "Trial 28 is better than trial 27 by 0.021 (0.004 to 0.038, p = 0.016) on the same 1,168 films.",
    ],
    [
      compared([-0.021, -0.038, -0.004], 0.0001),
      "Trial 28 is worse than trial 27 by 0.021 (0.004 to 0.038, p < 0.001) on the same 1,168 films.",
    ],
    [
      compared([-0.01, -0.025, 0.005], 0.19),
      "No difference can be told between trial 28 and trial 27: −0.010 (−0.025 to 0.005, p = 0.19) on the same 1,168 films.",
    ],
    [
      compared([0.021, 0.004, 0.038], 0.016, { holmP: 0.064 }),
      "No difference can be told between trial 28 and trial 27: 0.021 (0.004 to 0.038, p = 0.016, 0.064 corrected) on the same 1,168 films.",
    ],
    [
      compared([-0.021, -0.038, -0.004], 0.016, {}, [-0.021, -0.044, 0.002]),
      "Trial 28 is worse than trial 27 by 0.021 (0.004 to 0.038, p = 0.016) on the same 1,168 films, but not for certain: drawn patient by patient, the difference could be none (−0.002 to 0.044).",
    ],
    [
      compared([0.021, 0.004, 0.038], 0.016, {}, [0.021, 0.003, 0.04]),
      "Trial 28 is better than trial 27 by 0.021 (0.004 to 0.038, p = 0.016) on the same 1,168 films.",
    ],
    [
      compared([0.2, -0.1, 0.5], null),
      "No difference can be told between trial 28 and trial 27: 0.200 (−0.100 to 0.500, no test) on the same 1,168 films.",
    ],
    [
      compared([0, 0, 0], 1, { models: { films: 3, auroc: null, byPatient: { auroc: null } } as ModelComparison }),
      "Trial 28 and trial 27 cannot be compared on the same 3 films: fewer than two of them are of one class.",
    ],
    [
      compared([0, 0, 0], 1, { models: { films: 0, auroc: null, byPatient: { auroc: null } } as ModelComparison }),
      "Trial 28 and trial 27 validated on no film in common.",
    ],
  ])("%#", (comparison, sentence) => {
    expect(describeComparison(comparison)).toBe(sentence);
  });

  it("names how many films differ, and nothing where none do", () => {
    const told = (overlap: Partial<FilmOverlap>) =>
      describeOverlap({
        trial: 2,
        baseline: 1,
        overlap: { shared: 40, onlyTrial: 0, onlyBaseline: 0, otherLabels: 0, ...overlap },
      });
    expect(told({})).toBeNull();
    expect(told({ onlyTrial: 3, onlyBaseline: 1, otherLabels: 2 })).toBe(
      "Trial 2 and trial 1 did not validate on the same films: 3 films only trial 2 validated on, 1 film only trial 1 did and 2 films they label otherwise. They are compared on the other 40 films.",
    );
    expect(told({ shared: 0, onlyTrial: 3 })).toContain("None is left to compare them by.");
  });

  it("says it once of all targets, and of each by its name where they differ", () => {
    const row = (target: string, otherLabels: number, trial = 2) => ({
      trial,
      baseline: 1,
      target,
      overlap: { shared: 40, onlyTrial: 3, onlyBaseline: 0, otherLabels },
    });
    expect(listOverlaps([row("Edema", 0), row("Effusion", 0)])).toEqual([describeOverlap(row("Edema", 0))]);
    expect(listOverlaps([row("Edema", 0), row("Effusion", 2), row("Edema", 0, 3)])).toEqual([
      `Edema: ${describeOverlap(row("Edema", 0))}`,
      `Effusion: ${describeOverlap(row("Effusion", 2))}`,
      describeOverlap(row("Edema", 0, 3)),
    ]);
  });

  it("writes figures so that neither a small p nor a small difference becomes nothing or below nothing", () => {
    expect([0.43, 0.0994, 0.04999, 0.00099].map(formatP)).toEqual(["0.43", "0.099", "0.050", "< 0.001"]);
    expect([-0.0001, -0.0042, 0.1].map(formatDifference)).toEqual(["0.000", "−0.004", "0.100"]);
  });
});
