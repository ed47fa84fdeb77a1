import { expect, it } from "vitest";
import { createStore } from "zustand/vanilla";
import { FILM_KEY_BYTES } from "../protocol/dataset";
import { LabError } from "../protocol/labError";
import type { ScoredFilms } from "../protocol/statistics";
import type { KeptValidation, Trial } from "../protocol/training";
import { createCompareCommands } from "./compareCommands";
import { createContext } from "./context";
import { INITIAL_STATE } from "./initialState";
import type { LabState } from "./state";
import type { Workers } from "./workers";

const FILMS = Uint8Array.from({ length: 4 * FILM_KEY_BYTES }, (_, at) => Math.floor(at / FILM_KEY_BYTES));

function validationOf(id: number): KeptValidation {
  return {
    epoch: 0,
    targets: ["Edema"],
    logits: Float32Array.of(id, id, id, id),
    labels: Uint8Array.of(0, 1, 0, 1),
    films: FILMS,
    patients: null,
    paths: ["a", "b", "c", "d"],
    notice: null,
  };
}

function createLab(ids: number[]) {
  const ref = { key: "k", epoch: 0 };
  const trials = ids.map((id) => ({ id, settings: { seed: 5 }, checkpoints: { last: ref, best: ref } }) as unknown as Trial);
  const store = createStore<LabState>(() => ({ ...INITIAL_STATE, trials }));
  const validations = new Map<number, () => Promise<KeptValidation | null>>(ids.map((id) => [id, async () => validationOf(id)]));
  const reads: string[] = [];
  const compared: [number, number][] = [];
  /** The p-value of a trial against the baseline. */
  const ps = new Map<number, number>();
  const training = {
    readSteps: async (id: number) => ({ loss: Float64Array.of(id) }),
    readValidation: (id: number, which: string) => {
      reads.push(`${id} ${which}`);
      return validations.get(id)!();
    },
  };
  const statistics = {
    compare: async ({ scores }: ScoredFilms, baselineScores: Float64Array) => {
      compared.push([scores[0]!, baselineScores[0]!]);
      return { films: scores.length, auroc: { p: ps.get(scores[0]!) ?? 1 }, byPatient: {} };
    },
    estimateAurocs: async (targets: ScoredFilms[]) => targets.map(({ scores }) => ({ value: scores[0] })),
  };
  const workers = { training, statistics } as unknown as Workers;
  const comparison = () => store.getState().comparison;
  return { comparison, validations, reads, compared, ps, ...createCompareCommands(createContext(store, workers)) };
}

it("holds every trial against the earliest, and corrects the p-values together", async () => {
  const lab = createLab([1, 2, 3, 4]);
  lab.ps.set(2, 0.03).set(4, 0.04);
  await lab.compareTrials([4, 2, 1, 4]);
  expect(lab.compared).toEqual([
    [2, 1],
    [4, 1],
  ]);
  expect(lab.comparison()).toMatchObject({
    state: "ready",
    trials: [1, 2, 4],
    baseline: 1,
    baselineAurocs: [{ target: "Edema", films: 4, auroc: { value: 1 } }],
    rows: [
      { trial: 2, overlap: { shared: 4 }, holmP: 0.06 },
      { trial: 4, holmP: 0.06 },
    ],
    refused: [],
  });
  expect([...lab.comparison().steps.keys()]).toEqual([1, 2, 4]);
});

it("reads no predictions twice when the baseline changes, and others when the weights do", async () => {
  const lab = createLab([1, 2]);
  await lab.compareTrials([1, 2]);
  await lab.pinBaseline(2);
  expect(lab.comparison()).toMatchObject({ baseline: 2, rows: [{ trial: 1, baseline: 2 }] });
  expect(lab.reads).toEqual(["1 best", "2 best"]);
  await lab.chooseComparedWeights("last");
  expect(lab.reads.slice(2)).toEqual(["1 last", "2 last"]);
});

it("compares what can be compared, and says of the rest why it cannot", async () => {
  const lab = createLab([1, 2, 3, 4]);
  lab.validations.set(2, async () => null);
  lab.validations.set(3, async () => {
    throw new LabError("checkpointDamaged", "The checkpoint of trial 3 is damaged.");
  });
  await lab.compareTrials([1, 2, 3, 4]);
  expect(lab.comparison()).toMatchObject({
    rows: [{ trial: 4 }],
    refused: [
      { trial: 2, why: expect.stringContaining("keeps no predictions") },
      { trial: 3, why: "The checkpoint of trial 3 is damaged." },
    ],
  });
  await lab.pinBaseline(2);
  expect(lab.comparison()).toMatchObject({ state: "ready", rows: [], refused: [{ trial: 2 }, { trial: 3 }] });
});

it("shows the newest choice only, whatever is still being read, and nothing once it is closed", async () => {
  const lab = createLab([1, 2]);
  let answer = (_: KeptValidation) => {};
  lab.validations.set(2, () => new Promise((resolve) => (answer = resolve)));
  const first = lab.compareTrials([1, 2]);
  await expect.poll(() => lab.reads).toContain("2 best");
  lab.closeComparison();
  answer(validationOf(2));
  await first;
  expect(lab.comparison()).toMatchObject({ trials: [], rows: [], state: "none" });
  await lab.compareTrials([1]);
  expect(lab.comparison().trials).toEqual([]);
});
