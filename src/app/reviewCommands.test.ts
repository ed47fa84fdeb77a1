import { expect, it } from "vitest";
import { createStore } from "zustand/vanilla";
import { LabError } from "../protocol/labError";
import { createContext } from "./context";
import { INITIAL_STATE } from "./initialState";
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
      readSample: async () => ({ summary, imageSize: 32 }),
      explain: async ({ films }: { films: number[] }) => ({ films }),
      ...training,
    },
    statistics: {
      estimateAurocs: async () => [null],
      summarise: async () => ({ films: 2 }),
      read: async () => ({ groups: [] }),
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
    figures: { which: "last", epoch: 1, targets: [{ target: "Edema", films: 2, positives: 1, auroc: null }] },
    films: { wrong: [{ path: "a" }, { path: "b" }], size: 32, explanation: { films: [0, 1] } },
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

it("adds nothing to a review that was closed meanwhile", async () => {
  const { store, reviewTrials, closeReview } = createLab();
  const reading = reviewTrials([1]);
  closeReview();
  await reading;
  expect(store.getState().review.read.size).toBe(0);
});
