import { expect, test } from "vitest";
import { DEFAULT_SETTINGS } from "../protocol/settings";
import type { Trial } from "../protocol/training";
import { createStatistics } from "../statistics/api";
import { makeModelCard, tellPrograms } from "./modelCard";
import { formatModelCard } from "./modelCardText";
import type { ReviewedFigures } from "./review";

const part = (films: number, positives: number) => ({ films, positives, negatives: films - positives, patients: films });
const TRIAL = {
  id: 27,
  parent: null,
  createdAt: "2026-01-02T03:04:05.000Z",
  settings: { ...DEFAULT_SETTINGS, doubtful: ["patient1/film.png"] },
  dataset: { name: "CheXpert", format: "chexpert", rows: 1000, films: 1000, csvPath: "", csvSha256: "ab", failed: [] },
  sample: { before: part(1000, 120), train: part(200, 100), valid: part(40, 20), setAside: 760, doubtfulLeftOut: 1 },
  versions: { lab: "1.2.3" },
  adapter: { name: "A card" },
  epochs: [{}, {}],
} as unknown as Trial;
const WEIGHTS = { which: "best", name: "trial-27-best", sha256: "cd" } as const;

async function countFigures(): Promise<ReviewedFigures> {
  const { summarise, read } = createStatistics();
  const labels = Uint8Array.from({ length: 40 }, (_, film) => film % 2);
  const scores = Float64Array.from(labels, (label, film) => label + Math.sin(film));
  const films = { labels, scores, patients: Uint32Array.from(labels.keys()) };
  const rule = { by: "sensitivity", value: 0.9 } as const;
  const shares = { trained: 0.5, dataset: 0.12, softened: ["mixup"] };
  const choices = { rule, scaled: false, trainedShare: 0.5, useShare: 0.12 };
  const views = Uint8Array.from(labels, (_, film) => Number(film > 29));
  const blanks = Uint8Array.from(labels, (label, film) => Number(label === 0 && film < 10));
  const target = {
    target: "Cardiomegaly",
    shares,
    rule,
    summary: await summarise(films, 0),
    reading: await read(films, choices, { groupings: [views], blanks }),
  };
  return { which: "best", epoch: 1, targets: [target], groupings: [{ by: "view", names: ["PA", "AP|1"] }], notice: null };
}

test("a card says what was learnt of, what a negative was, how good it is and what it is not for", async () => {
  const figures = await countFigures();
  const text = formatModelCard(makeModelCard(TRIAL, WEIGHTS, figures));
  const { auroc } = figures.targets[0]!.summary;
  for (const said of [
    "# Model card: trial-27-best",
    "It is no medical device",
    "SHA-256 of the label file ab",
    "200 for training (100 positive, 200 patients); 40 for validation (20 positive, 40 patients)",
    "films of the larger class were left out until both were as many",
    "Set aside: 760 films that the balance does not draw.",
    "blank ones taken as negative: a report that does not mention a finding",
    "trial-27-best.safetensors, SHA-256 cd",
    "The epoch was chosen on these very films",
    `${auroc!.value.toFixed(3)} (${auroc!.low.toFixed(3)} to ${auroc!.high.toFixed(3)})`,
    "trained with 50 % of films positive; where 12 % are, as in the dataset, the logit is logit - 1.992",
    "Split by patient",
    "AdamW with a decay of 0.01, one-cycle",
    "on A card, which was not checked. trial-27.json",
    "It began from random weights.",
    "It learnt with mixup, so that its logits are no log odds: the correction is rough.",
    "Operating point for a sensitivity of 0.9",
    "at a prevalence of 12 % PPV",
    "| view: PA |",
    "| view: AP\\|1 (small) |",
    "Small: fewer than ten patients of a class",
    "| negatives: explicit |",
    "| negatives: blank (small) |",
  ]) {
    expect(text).toContain(said);
  }
  expect(text).not.toContain("patient1");
  expect(text).not.toContain("intervals are too narrow");
  figures.targets[0]!.summary.small = true;
  expect(formatModelCard(makeModelCard(TRIAL, WEIGHTS, figures))).toContain("the intervals are too narrow");
});

test("a split that is the dataset's own is not said to be the lab's", async () => {
  const settings = { ...TRIAL.settings, validation: "own" as const };
  const text = formatModelCard(makeModelCard({ ...TRIAL, settings }, WEIGHTS, null));
  expect(text).toContain("Split as the dataset itself is: 200 for training");
});

test("a graphics card that failed its check is named as such, and what was computed in halves", () => {
  const trial = (changes: object) => ({ ...TRIAL, ...changes }) as Trial;
  const say = (changes: object) => formatModelCard(makeModelCard(trial(changes), WEIGHTS, null));
  expect(say({ gpuCheck: { passed: true } })).toContain("on A card, which passed its check. trial-27");
  const settings = { ...TRIAL.settings, activations: "f16", arithmetic: "f16" };
  expect(say({ gpuCheck: { passed: false }, settings })).toContain(
    "on A card, which failed its check; the network kept activations and multiplied in half precision. trial-27",
  );
});

test("programs find the operating point and its correction beside the whole card", async () => {
  const card = makeModelCard(TRIAL, WEIGHTS, await countFigures());
  const { preparation, operatingPoints, modelCard } = tellPrograms(card);
  expect(JSON.parse(preparation!)).toMatchObject({ imageSize: 64, fit: "stretch" });
  const [point] = JSON.parse(operatingPoints!);
  const { threshold } = card.validation!.targets[0]!.operatingPoint!;
  expect(point).toMatchObject({ target: "Cardiomegaly", rule: { by: "sensitivity", value: 0.9 }, logit: threshold });
  // 12 of 100 in place of one in two: ln(0.12 / 0.88).
  expect(point.correction).toEqual({ shift: expect.closeTo(-1.9924, 4), temperature: 1 });
  expect(JSON.parse(modelCard!)).toEqual(JSON.parse(JSON.stringify(card)));
});

test("an epoch that was the only one was not chosen", async () => {
  const text = formatModelCard(makeModelCard({ ...TRIAL, epochs: TRIAL.epochs.slice(0, 1) }, WEIGHTS, await countFigures()));
  expect(text).toContain("On the validation films after epoch");
  expect(text).not.toContain("was chosen");
});

test("a card of weights of which no validation was kept has no figures, and says so", () => {
  const card = makeModelCard(TRIAL, { ...WEIGHTS, which: "average" }, null);
  expect(card.validation).toBeNull();
  expect(formatModelCard(card)).toContain("No validation was kept with these weights");
});
