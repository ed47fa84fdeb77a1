import { describe, expect, it, vi } from "vitest";
import { createStore } from "zustand/vanilla";
import { LabError } from "../protocol/labError";
import { DEFAULT_SETTINGS } from "../protocol/settings";
import type { FilmParts, ReadingChoices, ScoredFilms } from "../protocol/statistics";
import { createContext } from "./context";
import { createFigureCommands } from "./figureCommands";
import { INITIAL_STATE } from "./initialState";
import type { LabState } from "./state";
import type { Workers } from "./workers";

const counts = { positives: 2, negatives: 2, unknown: 0 };
const summary = {
  train: counts,
  targets: ["Edema", "Effusion"].map((target) => ({ target, before: counts, train: counts, positiveWeight: 1 })),
};
const EVALUATED = {
  evaluation: {
    paths: ["a", "b"],
    targets: [{ target: "Edema" }, { target: "Effusion" }],
    labels: Uint8Array.of(0, 1, 1, 0),
    logits: Float32Array.of(1, 2, 3, 4),
  },
  sample: {
    summary,
    validFacts: {
      patients: Uint32Array.of(5, 6),
      groups: [{ by: "sex", names: ["F", "M"], codes: Uint8Array.of(0, 1) }],
      blanks: Uint8Array.of(1, 0, 0, 1),
    },
  },
  learnt: { sample: summary, settings: DEFAULT_SETTINGS },
} as unknown as LabState["evaluation"];

function createLab() {
  const store = createStore<LabState>(() => ({ ...INITIAL_STATE, evaluation: EVALUATED }));
  const asked: {
    films: ScoredFilms;
    choices: ReadingChoices;
    parts: FilmParts;
    answer: (reading: object) => void;
    refuse: (why: unknown) => void;
  }[] = [];
  let summaries = 0;
  const bounded: number[] = [];
  const summarised: Float64Array[] = [];
  let lost: LabError | null = null;
  const statistics = {
    read: (films: ScoredFilms, choices: ReadingChoices, parts: FilmParts) =>
      new Promise((answer, refuse) => asked.push({ films, choices, parts, answer, refuse })),
    summarise: ({ scores }: ScoredFilms) => {
      summarised.push(scores);
      return lost ? Promise.reject(lost) : Promise.resolve({ number: ++summaries });
    },
    estimateAurocs: (targets: ScoredFilms[]) => (lost ? Promise.reject(lost) : Promise.resolve(targets.map(() => null))),
    boundRates: async (_: ScoredFilms, threshold: number) => {
      bounded.push(threshold);
      return { threshold };
    },
  };
  const lose = (error: LabError | null) => {
    lost = error;
  };
  return {
    store,
    asked,
    bounded,
    summarised,
    lose,
    ...createFigureCommands(createContext(store, { statistics } as unknown as Workers)),
  };
}

describe("the figures", () => {
  it("are of the first target, its films, groups and shares", async () => {
    const { store, asked, countFigures } = createLab();
    const counted = countFigures();
    expect(store.getState().figures).toMatchObject({ reading: null, summary: null });
    asked[0]?.answer({ number: "first" });
    await counted;
    expect(asked[0]).toMatchObject({
      films: { scores: Float64Array.of(1, 3) },
      parts: { groupings: [Uint8Array.of(0, 1)], blanks: Uint8Array.of(1, 0) },
    });
    expect(asked[0]?.choices).toMatchObject({ trainedShare: 0.5, useShare: 0.5 });
    expect(store.getState().figures).toMatchObject({
      reading: { number: "first" },
      summary: { number: 1 },
      aurocs: [null, null],
    });
  });

  it("are those of the newest choice, in whatever order answers come, and the summary is counted once a target", async () => {
    const { store, asked, countFigures, readFigures } = createLab();
    const counted = countFigures();
    asked[0]?.answer({});
    await counted;
    const slower = readFigures({ rule: { by: "probability", value: 0.3 } });
    const newest = readFigures({ rule: { by: "probability", value: 0.4 } });
    asked[2]?.answer({ number: "newest" });
    await newest;
    asked[1]?.answer({ number: "slower" });
    await slower;
    expect(store.getState().figures).toMatchObject({ reading: { number: "newest" }, summary: { number: 1 } });

    const other = readFigures({ at: 1 });
    expect(store.getState().figures).toMatchObject({ reading: null, summary: null });
    asked[3]?.answer({});
    await other;
    expect(store.getState().figures.prevalence).toBeNull();
    expect(asked[3]?.films.scores).toEqual(Float64Array.of(2, 4));
    expect(store.getState().figures.summary).toEqual({ number: 2 });
  });

  it("have rates by patient once the point stands still, and none of points that were slid over", async () => {
    const { store, asked, bounded, readFigures } = createLab();
    const answers = [1, 2, 3].map(async (threshold, at) => {
      const read = readFigures({ rule: { by: "score", value: threshold } });
      asked[at]?.answer({ operatingPoint: { threshold } });
      await read;
    });
    await Promise.all(answers);
    expect(store.getState().figures.byPatient).toBeNull();
    await vi.waitFor(() => expect(store.getState().figures.byPatient).toEqual({ threshold: 3 }));
    expect(bounded).toEqual([3]);
    const read = readFigures({ rule: { by: "score", value: 4 } });
    asked[3]?.answer({});
    await read;
    expect(store.getState().figures.byPatient).toBeNull();
  });

  it("have their summary though another point is chosen before it comes", async () => {
    const { store, asked, countFigures, readFigures } = createLab();
    const counted = countFigures();
    const chosen = readFigures({ rule: { by: "probability", value: 0.3 } });
    asked[0]?.answer({ number: "first" });
    asked[1]?.answer({ number: "newest" });
    await Promise.all([counted, chosen]);
    expect(store.getState().figures).toMatchObject({ reading: { number: "newest" }, summary: { number: 1 } });
  });

  it("are read at another evaluation's own prevalence, and at the point that was asked for", async () => {
    const { store, asked, countFigures, readFigures } = createLab();
    const rule = { by: "sensitivity", value: 0.9 } as const;
    void readFigures({ prevalence: 0.02, rule, scaled: true });
    void countFigures();
    expect(asked[1]?.choices).toMatchObject({ useShare: 0.5, rule, scaled: true });
    expect(store.getState().figures.prevalence).toBeNull();
  });

  it("are not read from a slid threshold of another network or target on, whose logits are others", async () => {
    const { store, asked, countFigures, readFigures } = createLab();
    const slid = { rule: { by: "score", value: 1.5 } } as const;
    void readFigures(slid);
    void readFigures({ at: 1 });
    expect(asked[1]?.choices.rule).toEqual({ by: "youden" });
    void readFigures(slid);
    void readFigures({ prevalence: 0.1 });
    expect(asked[3]?.choices.rule).toEqual(slid.rule);
    void countFigures();
    expect(asked[4]?.choices.rule).toEqual({ by: "youden" });
    expect(store.getState().figures.rule).toEqual({ by: "youden" });
  });

  it("are not summarised of a target that is only passed by", async () => {
    const { store, asked, summarised, countFigures, readFigures } = createLab();
    const counted = countFigures();
    await vi.waitFor(() => expect(summarised).toHaveLength(1));
    const passed = [counted, readFigures({ at: 1 }), readFigures({ at: 0 }), readFigures({ at: 1 })];
    for (const { answer } of asked) answer({});
    await Promise.all(passed);
    expect(summarised).toEqual([Float64Array.of(1, 3), Float64Array.of(2, 4)]);
    expect(store.getState().figures.summary).toEqual({ number: 2 });
  });

  it("are all asked for again with the next choice where the worker was lost over them", async () => {
    const { store, asked, lose, countFigures, readFigures } = createLab();
    lose(new LabError("workerLost", "The statistics worker was lost."));
    const counted = countFigures();
    asked[0]?.answer({});
    await counted;
    expect(store.getState().figures).toMatchObject({ summary: null, aurocs: [], failure: { code: "workerLost" } });
    lose(null);
    const read = readFigures({ scaled: true });
    asked[1]?.answer({});
    await read;
    expect(store.getState().figures).toMatchObject({ summary: { number: 1 }, aurocs: [null, null], failure: null });
  });

  it("take the reader's prevalence, and say what went wrong", async () => {
    const { store, asked, readFigures } = createLab();
    const read = readFigures({ prevalence: 0.02 });
    expect(asked[0]?.choices.useShare).toBe(0.02);
    asked[0]?.refuse(new LabError("scoreNotFinite", "The network gave film 1 a score that is no number."));
    await read;
    expect(store.getState().figures).toMatchObject({ reading: null, failure: { code: "scoreNotFinite" } });
  });
});
