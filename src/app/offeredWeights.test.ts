import { expect, it } from "vitest";
import { DEFAULT_SETTINGS } from "../protocol/settings";
import type { CheckpointRef, KeptCheckpoints, Trial } from "../protocol/training";
import { chooseOffered, nameWeights, offerWeights } from "./offeredWeights";

const ref = (step: number, epoch: number | null, auroc: number | null): CheckpointRef => ({
  key: `1/${step}`,
  step,
  savedAt: "",
  bytes: 0,
  epoch,
  auroc,
  validLoss: auroc && 1 - auroc,
  accuracy: auroc,
});

const trialOf = (kept: Partial<KeptCheckpoints>, keepBest = DEFAULT_SETTINGS.keepBest) =>
  ({
    id: 1,
    settings: { ...DEFAULT_SETTINGS, keepBest },
    checkpoints: { last: null, previous: null, best: null, epochs: [], ...kept },
  }) as unknown as Trial;

it("offers each with the figure of its own validation", () => {
  const [best, last, within] = [ref(30, 2, 0.9124), ref(50, 4, 0.85), ref(55, null, null)];
  expect(offerWeights(trialOf({}))).toEqual([]);
  expect(offerWeights(trialOf({ last: best, best, epochs: [best] }))).toEqual([
    { which: "last", label: "last checkpoint", auroc: 0.9124 },
  ]);
  expect(offerWeights(trialOf({ last, best, epochs: [best, last] }))).toEqual([
    { which: "last", label: "last checkpoint", auroc: 0.85 },
    { which: "best", label: "best (epoch 3, by AUROC 0.912)", auroc: 0.9124 },
    { which: "average", label: "average of the last 2 epochs", auroc: null },
  ]);
  expect(offerWeights(trialOf({ last: within, best }, "validLoss"))).toMatchObject([
    { which: "last", auroc: null },
    { label: "best (epoch 3, by validation loss 0.088)" },
  ]);
});

it("takes the last where a trial has not what is wanted, and names files apart", () => {
  const last = ref(50, 4, 0.85);
  expect(chooseOffered(trialOf({ last }), "best")).toBe("last");
  expect(chooseOffered(trialOf({ last, best: ref(30, 2, 0.9) }), "best")).toBe("best");
  expect((["last", "best", "average"] as const).map((which) => nameWeights(27, which))).toEqual([
    "trial-27",
    "trial-27-best",
    "trial-27-average",
  ]);
});
