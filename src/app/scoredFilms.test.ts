import { describe, expect, it } from "vitest";
import { type SampleSummary, UNKNOWN_LABEL } from "../protocol/dataset";
import { DEFAULT_SETTINGS, type TrialSettings } from "../protocol/settings";
import type { Evaluation } from "../protocol/training";
import { filmsOf, sharesOf } from "./scoredFilms";

const EVALUATION = {
  paths: ["a", "b", "c"],
  targets: [{ target: "Edema" }, { target: "Effusion" }],
  labels: Uint8Array.of(1, 0, UNKNOWN_LABEL, 1, 0, UNKNOWN_LABEL),
  logits: Float32Array.of(2, -1, 0.5, 3, -4, 0),
} as unknown as Evaluation;
const FACTS = { patients: Uint32Array.of(7, 7, 9), groups: [], blanks: new Uint8Array(6) };

describe("filmsOf", () => {
  it("takes the films whose label under the target is known, with their patients", () => {
    expect(filmsOf(EVALUATION, FACTS, 0)).toEqual({
      places: Uint32Array.of(0, 2),
      films: { labels: Uint8Array.of(1, 0), scores: Float64Array.of(2, -4), patients: Uint32Array.of(7, 9) },
    });
    expect(filmsOf(EVALUATION, FACTS, 1).films.labels).toEqual(Uint8Array.of(0, 1));
  });

  it("takes every film for a patient of its own where nobody is known", () => {
    expect(filmsOf(EVALUATION, undefined, 0).films.patients).toEqual(Uint32Array.of(0, 2));
  });
});

describe("sharesOf", () => {
  const counts = (positives: number, negatives: number) => ({ positives, negatives, unknown: 0 });
  const sample = (positiveWeight: number, train = counts(100, 900)) =>
    ({
      train,
      targets: [{ target: "Edema", before: counts(120, 1080), train: counts(100, 900), positiveWeight }],
    }) as unknown as SampleSummary;

  const learnt = (summary: SampleSummary, change: Partial<TrialSettings> = {}) => ({
    sample: summary,
    settings: { ...DEFAULT_SETTINGS, ...change },
  });

  it("names what keeps a network's logits from being log odds", () => {
    const softened = (change: Partial<TrialSettings>) => sharesOf(learnt(sample(1), change), sample(1), 0).softened;
    expect(softened({})).toEqual([]);
    expect(softened({ loss: "focal", labelSmoothing: 0.1, mixup: 0.4 })).toEqual(["focal loss", "label smoothing", "mixup"]);
  });

  it("is that of the films of an epoch, as the balance draws them", () => {
    expect(sharesOf(learnt(sample(1, counts(100, 100))), sample(1), 0)).toMatchObject({ trained: 0.5, dataset: 0.1 });
  });

  it("counts a weighted positive as so many", () => {
    expect(sharesOf(learnt(sample(9)), sample(1), 0).trained).toBeCloseTo(0.5, 12);
    expect(sharesOf(learnt(sample(1)), sample(1), 0).trained).toBeCloseTo(0.1, 12);
  });

  it("is that of the output that tells the target, wherever it stands among those of the network", () => {
    const told = (target: string, train: ReturnType<typeof counts>) => ({ target, before: train, train, positiveWeight: 1 });
    const targets = [told("Edema", counts(50, 50)), told("Fracture", counts(20, 80)), told("Effusion", counts(30, 70))];
    const network = learnt({ train: counts(50, 50), targets } as unknown as SampleSummary);
    const evaluated = (...names: string[]) =>
      ({ targets: names.map((name) => told(name, counts(1, 9))) }) as unknown as SampleSummary;
    expect(sharesOf(network, evaluated("Fracture"), 0)).toMatchObject({ trained: 0.2, dataset: 0.1 });
    expect(sharesOf(network, evaluated("Pleural Effusion", "Edema"), 0).trained).toBe(0.3);
    expect(sharesOf(network, evaluated("Pleural Effusion", "Edema"), 1).trained).toBe(0.5);
    // Those of other names are told by place.
    expect(sharesOf(network, evaluated("A", "B", "C"), 2).trained).toBe(0.3);
  });

  it("is not known of a network from elsewhere, or of one class", () => {
    expect(sharesOf(null, sample(1), 0)).toEqual({ trained: null, dataset: 0.1, softened: [] });
    expect(sharesOf(learnt(sample(1, counts(5, 0))), sample(1), 0).trained).toBeNull();
  });
});
