import { expect, it } from "vitest";
import { createStore } from "zustand/vanilla";
import { UNKNOWN_LABEL } from "../protocol/dataset";
import type { ExplainRequest } from "../protocol/explanation";
import { LabError } from "../protocol/labError";
import type { FilmParts, ReadingChoices, ScoredFilms, ThresholdRule } from "../protocol/statistics";
import { createContext } from "./context";
import { INITIAL_STATE } from "./initialState";
import type { ReviewedFigures, ReviewedTarget } from "./review";
import { createReviewCommands } from "./reviewCommands";
import type { LabState } from "./state";
import type { Workers } from "./workers";

const counts = { positives: 2, negatives: 2, unknown: 0 };
const summary = { train: counts, targets: [{ target: "Edema", before: counts, train: counts, positiveWeight: 1 }] };
const KEPT = {
  epoch: 1,
  targets: ["Edema"],
  paths: ["a", "b"],
  labels: Uint8Array.of(0, 1),
  logits: Float32Array.of(3, 1),
  notice: null,
};
const SAMPLE = {
  summary,
  imageSize: 32,
  targets: KEPT.targets,
  valid: { slots: Uint32Array.of(70, 80), labels: KEPT.labels },
};
const trial = (id: number) => ({ id, settings: { seed: 0 }, sample: summary, checkpoints: { best: null } });

function createLab(training: object = {}) {
  const store = createStore<LabState>(() => ({
    ...INITIAL_STATE,
    trials: [trial(1), trial(2), trial(3)] as unknown as LabState["trials"],
  }));
  const workers = {
    training: {
      readSteps: async () => ({ loss: [] }),
      readValidation: async () => KEPT,
      readSample: async () => SAMPLE,
      explain: async ({ films }: ExplainRequest) => ({ slots: [...films.slots] }),
      ...training,
    },
    statistics: {
      summarise: async ({ labels }: ScoredFilms) => ({ films: labels.length }),
      read: async (_: ScoredFilms, choices: ReadingChoices, { groupings }: FilmParts) => ({ choices, groups: groupings }),
    },
  };
  return { store, ...createReviewCommands(createContext(store, workers as unknown as Workers)) };
}

it("reads the trials by number, and the worst films' pictures", async () => {
  const { store, reviewTrials, closeReview } = createLab();
  await reviewTrials([3, 1]);
  const { trials, read } = store.getState().review;
  expect(trials).toEqual([1, 3]);
  expect(read.get(3)).toMatchObject({
    steps: { loss: [] },
    figures: { which: "last", epoch: 1, targets: [{ target: "Edema", summary: { films: 2 } }] },
    films: { wrong: [{ path: "a" }, { path: "b" }], size: 32, explanation: { slots: [70, 80] } },
  });
  closeReview();
  expect(store.getState().review.trials).toEqual([]);
});

it("says of each part why it is not there, and reads the rest", async () => {
  const busy = new LabError("badSettings", "A trial is being trained.");
  const { store, reviewTrials } = createLab({
    readSteps: () => Promise.reject(new LabError("checkpointDamaged", "Its checkpoint is damaged.")),
    explain: () => Promise.reject(busy),
    readValidation: async (id: number) => (id === 1 ? null : KEPT),
  });
  await reviewTrials([1, 2]);
  const { read } = store.getState().review;
  expect(read.get(1)).toMatchObject({ steps: { code: "checkpointDamaged" }, figures: null, films: null });
  expect(read.get(2)).toMatchObject({ films: { explanation: null }, pictureFailure: { message: busy.message } });
});

it("reads every target of every trial as the reader last did in Evaluate, and a point slid to where it was slid to alone", async () => {
  const several = {
    ...KEPT,
    targets: ["Edema", "Cardiomegaly"],
    labels: Uint8Array.of(0, UNKNOWN_LABEL, 1, 1),
    logits: new Float32Array(4),
  };
  const validFacts = {
    patients: Uint32Array.of(1, 2),
    blanks: new Uint8Array(4),
    groups: [{ by: "sex", codes: [0, 1], names: [] }],
  };
  const { store, reviewTrials } = createLab({
    readValidation: async () => several,
    readSample: async () => ({ ...SAMPLE, validFacts }),
  });
  const review = async (rule: ThresholdRule, trialId: number | null = 1) => {
    store.setState(({ figures, evaluation }) => ({
      evaluation: { ...evaluation, name: "trial-1", trialId },
      figures: { ...figures, at: 0, rule, prevalence: 0.1, scaled: true },
    }));
    await reviewTrials([1, 2]);
    return [...store.getState().review.read.values()].map(({ figures }) => (figures as ReviewedFigures).targets);
  };
  const rules = (trials: ReviewedTarget[][]) => trials.map((targets) => targets.map(({ rule }) => rule));

  const [sensitivity, youden] = [{ by: "sensitivity", value: 0.9 } as const, { by: "youden" } as const];
  const chosen = await review(sensitivity);
  expect(rules(chosen)).toEqual([
    [sensitivity, sensitivity],
    [sensitivity, sensitivity],
  ]);
  expect(chosen[0]).toMatchObject([
    { target: "Edema", summary: { films: 2 }, reading: { choices: { rule: sensitivity, useShare: 0.1, scaled: true } } },
    { target: "Cardiomegaly", summary: { films: 1 }, reading: { choices: { rule: sensitivity, useShare: null }, groups: [] } },
  ]);
  expect(chosen[1]?.[0]?.reading).toMatchObject({ choices: { useShare: 0.5 }, groups: [Uint8Array.of(0, 1)] });

  const slid = { by: "score", value: 1.5 } as const;
  expect(rules(await review(slid))).toEqual([
    [slid, youden],
    [youden, youden],
  ]);
  // A weights file of the name is not the trial.
  expect(rules(await review(slid, null))[0]).toEqual([youden, youden]);
});

it("adds nothing to a review that was closed meanwhile", async () => {
  const { store, reviewTrials, closeReview } = createLab();
  const reading = reviewTrials([1]);
  closeReview();
  await reading;
  expect(store.getState().review.read.size).toBe(0);
});
