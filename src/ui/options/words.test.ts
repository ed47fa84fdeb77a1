import { expect, it } from "vitest";
import { DEFAULT_SETTINGS, type TrialSettings } from "../../protocol/settings";
import { keepingWords, listUnusual, lossWords, regularisationWords, scheduleWords, transferWords } from "./words";

const set = (change: Partial<TrialSettings> = {}) => ({ ...DEFAULT_SETTINGS, ...change });

it("says what is set of each group, and nothing that has no effect", () => {
  expect(scheduleWords(set())).toBe("one-cycle, 30\u00a0% up");
  expect(scheduleWords(set({ schedule: "constant" }))).toBe("constant");
  expect(scheduleWords(set({ schedule: "plateau", plateauFactor: 0.5 }))).toBe("lower on a plateau, × 0.5");
  expect(transferWords(set({ head: "fastai", freezeEpochs: 1, sliceFrom: 1e-5 }))).toBe(
    "fastai's head, 1 epoch frozen, rates from 1.0e-5",
  );
  expect(transferWords(set({ normalisation: "xrv" }))).toBe("films in [-1024, 1024]");
  expect(lossWords(set({ focalGamma: 5 }))).toBe("cross-entropy");
  expect(lossWords(set({ loss: "focal", focalAlpha: -1, labelSmoothing: 0.1 }))).toBe("focal, gamma 2, smoothed by 0.1");
  expect(regularisationWords(set({ normDecay: false, clipNorm: 1 }))).toBe("decay 0.01, not of norms, clipped at 1");
  expect(regularisationWords(set({ weightDecay: 0, normDecay: false }))).toBe("no decay");
  expect(keepingWords(set({ keepBest: "validLoss", earlyStop: 3 }))).toBe("best by validation loss, stops after 3");
});

it("names of a run only what is not the usual", () => {
  expect(listUnusual(set())).toEqual([]);
  expect(listUnusual(set({ freezeEpochs: 2, earlyStop: 3 }))).toEqual([
    { name: "Transfer", value: "2 epochs frozen" },
    { name: "Kept", value: "best by AUROC, stops after 3" },
  ]);
});
