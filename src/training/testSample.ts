// A made sample for tests of training: films whose brightness leans on their label. Holds no radiograph.
import { createRandom } from "../nn/random";
import { type PartSummary, type PreparedPart, type PreparedSample, type TargetSummary, UNKNOWN_LABEL } from "../protocol/dataset";
import { DEFAULT_SETTINGS, type TrialSettings } from "../protocol/settings";
import type { ReadFilms } from "./batches";

export const TEST_SIZE = 4;

/** Every further target is the first one's opposite, and unknown for every third film. */
export function createTestSample(
  trainFilms: number,
  validFilms: number,
  targets = [DEFAULT_SETTINGS.target],
): { sample: PreparedSample; read: ReadFilms } {
  const pixels = TEST_SIZE * TEST_SIZE;
  const random = createRandom(5, "drawn");
  const films = trainFilms + validFilms;
  const labels = Uint8Array.from({ length: films }, (_, i) => i % 2);
  const store = Uint8Array.from({ length: films * pixels }, (_, i) => random.int(160) + labels[Math.floor(i / pixels)]! * 40);
  const part = (from: number, count: number): PreparedPart => ({
    slots: Uint32Array.from({ length: count }, (_, i) => from + i),
    labels: Uint8Array.from({ length: count * targets.length }, (_, at) => {
      const film = from + Math.floor(at / targets.length);
      if (at % targets.length === 0) return labels[film]!;
      return film % 3 === 0 ? UNKNOWN_LABEL : 1 - labels[film]!;
    }),
  });
  const summary: PartSummary = { films, positives: films / 2, negatives: films / 2, patients: films };
  return {
    sample: {
      store: "test",
      imageSize: TEST_SIZE,
      targets,
      train: part(0, trainFilms),
      valid: part(trainFilms, validFilms),
      contents: {
        fingerprint: "made",
        gradings: { bytes: films },
        repeatedAcross: 0,
        setsAsideRepeated: true,
        repeatedWithin: 0,
      },
      validPaths: Array.from({ length: validFilms }, (_, i) => `film${i}.png`),
      summary: {
        positive: films / 2,
        positiveUncertain: 0,
        negativeExplicit: films / 2,
        negativeUncertain: 0,
        negativeBlank: 0,
        uncertainIgnored: 0,
        blankIgnored: 0,
        lateralLeftOut: 0,
        doubtfulLeftOut: 0,
        heldOut: 0,
        sharedLeftOut: 0,
        before: summary,
        after: summary,
        kept: films,
        setAside: 0,
        train: { ...summary, films: trainFilms },
        valid: { ...summary, films: validFilms },
        epochFilms: trainFilms,
        epochsToSeeAll: 1,
        filmsToPrepare: films,
        targets: targets.map((target, at): TargetSummary => {
          const counts = { positives: films / 2, negatives: films / 2, unknown: 0 };
          return { target, before: counts, train: counts, valid: counts, positiveWeight: 1 + at };
        }),
        patientsInBoth: 0,
        filmsInBoth: 0,
        grouped: [],
        filmsOfPatients: [],
        problem: null,
      },
    },
    read: async (slots) => {
      const out = new Uint8Array(slots.length * pixels);
      slots.forEach((slot, i) => {
        out.set(store.subarray(slot * pixels, (slot + 1) * pixels), i * pixels);
      });
      return out;
    },
  };
}

export const TEST_SETTINGS: TrialSettings = {
  ...DEFAULT_SETTINGS,
  arch: "densenet-mini",
  imageSize: TEST_SIZE,
  batchSize: 4,
  epochs: 3,
  maxLr: 0.05,
  balance: "none",
  checkpointEverySteps: 3,
};
