// A model card as Markdown, for people. Every figure is the card's own: nothing is counted here.
import type { Estimate, ThresholdRule } from "../protocol/statistics";
import {
  formatArchitecture,
  formatCount,
  formatLr,
  formatPlural,
  LABEL_FORMAT_NAMES,
  SCHEDULE_NAMES,
  writePercent,
} from "./format";
import type { CardFigures, CardGroup, ModelCard } from "./modelCard";

const INTENDED = [
  "Teaching, and research into chest X-ray classifiers, by people who can judge its errors.",
  "A starting point for training on one's own films, after which it is another model and needs a card of its own.",
];

const NOT_INTENDED = [
  "Diagnosis, triage or any decision on a patient. It is no medical device and was approved by nobody.",
  "Films of another place, machine, view, age or disease mix than those below, unless it was tested there first: a network may read the ward, the marker or the tube instead of the heart.",
  "Findings other than its classes. A low probability says nothing of any other disease.",
];

const FITTED = {
  stretch: "stretched to a square",
  letterbox: "fitted into a square, black beside",
  crop: "cropped to their middle square",
};
const UNCERTAIN = {
  ignore: "left out (U-Ignore)",
  zero: "taken as negative (U-Zeros)",
  one: "taken as positive (U-Ones)",
};
const BLANK = {
  negative: "taken as negative: a report that does not mention a finding is not a radiologist who denied it",
  ignore: "left out",
};
const LOSSES = { bce: "cross-entropy", focal: "focal loss" };
const RULES: Record<ThresholdRule["by"], (value: number) => string> = {
  youden: () => "by Youden's index",
  sensitivity: (value) => `for a sensitivity of ${value}`,
  specificity: (value) => `for a specificity of ${value}`,
  probability: (value) => `at a probability of ${value}`,
  score: () => "set by hand",
};
const BALANCES = {
  undersample: "films of the larger class were left out until both were as many",
  oversample: "films of the smaller class were repeated until both were as many",
  weight: "the smaller class weighed more in the loss",
  none: "none: the classes are as frequent as in the data",
};

export function formatModelCard(card: ModelCard): string {
  const { model, weights, training, dataset, sample, targets, sampling } = card;
  const formats: Record<string, string> = LABEL_FORMAT_NAMES;
  const { imageSize, fit, cropBorders, equalise } = model.preparation;
  const prepared = [FITTED[fit], cropBorders && "black borders cut off", equalise && "CLAHE"].filter(Boolean).join(", ");
  return [
    `# Model card: ${weights.name}`,
    `A ${formatArchitecture(model.architecture)} with ${model.head === "fastai" ? "fastai's" : "a linear"} head that gives ${formatPlural(model.classes.length, "logit")}: ${model.classes.join(", ")}. Trained in Roentgen Lab ${training.versions.lab ?? ""} as ${card.trial} on ${card.createdAt.slice(0, 10)}${card.parent ? `, beginning from ${card.parent}` : ""}.`,
    "## Intended use",
    list(INTENDED),
    "## Not intended",
    list(NOT_INTENDED),
    "## Input and output",
    list([
      `Grey films, ${prepared} of ${imageSize} x ${imageSize} pixels as Pillow's BILINEAR resizes, from 0 to 1, the same in three channels, less ${model.mean.join(", ")} and divided by ${model.std.map((value) => Number(value.toPrecision(6))).join(", ")}.`,
      "A logit for each class; its sigmoid is the network's own probability, at the share of positives that it was trained with. The correction below belongs to it.",
    ]),
    "## Data",
    list([
      `${dataset.name}, labelled as ${formats[dataset.format] ?? dataset.format}: ${formatCount(dataset.rows)} rows, ${formatCount(dataset.films)} films; SHA-256 of the label file ${dataset.csvSha256}${dataset.fingerprint ? `, fingerprint of rows and films ${dataset.fingerprint}` : ""}.`,
      `${sampling.validation === "own" ? "Split as the dataset itself is" : "Split by patient"}: ${describePart("training", sample.train)}; ${describePart("validation", sample.valid)}; of the labelled ${describePart("films", sample.before)}.`,
      `Balance: ${BALANCES[sampling.balance]}${sampling.freshEachEpoch ? ", other ones each epoch" : ""}.`,
      ...sample.setAside.map(({ films, why }) => `Set aside: ${formatPlural(films, "film")} ${why}.`),
    ]),
    "## What the labels mean",
    list(
      targets.map(
        ({ target, positive, uncertain, blank }) =>
          `${target}: positive where the column says ${positive.map((value) => `“${value}”`).join(" or ")}; uncertain cells ${UNCERTAIN[uncertain]}; blank ones ${BLANK[blank]}.`,
      ),
    ),
    "## Training",
    list([
      `${formatPlural(training.epochsDone, "epoch")} of ${training.epochs} planned, batches of ${training.batchSize}, AdamW with a decay of ${training.weightDecay}, ${SCHEDULE_NAMES[training.schedule]} with a max LR of ${formatLr(training.maxLr)}, ${LOSSES[training.loss]}, seed ${training.seed}${describeAdapter(training)}. ${card.trial}.json holds every setting.`,
      `Weights: ${weights.name}.safetensors, SHA-256 ${weights.sha256}.`,
      ...(training.beginning ? [`It began from weights with the SHA-256 ${training.beginning}.`] : []),
      ...(training.beginning || card.parent ? [] : ["It began from random weights."]),
    ]),
    "## How good it is",
    ...describeValidation(card),
  ]
    .join("\n\n")
    .concat("\n");
}

const list = (lines: readonly string[]) => lines.map((line) => `- ${line}`).join("\n");

/** What it was trained on and in: the card, whether that was found to compute rightly, and what of the arithmetic was in halves. */
function describeAdapter({ adapter, adapterPassed, activations, arithmetic }: ModelCard["training"]): string {
  const checked = adapterPassed === null ? "was not checked" : adapterPassed ? "passed its check" : "failed its check";
  const halves = [activations === "f16" ? "kept activations" : "", arithmetic === "f16" ? "multiplied" : ""].filter(Boolean);
  return [
    adapter ? `, on ${adapter}, which ${checked}` : "",
    halves.length > 0 ? `; the network ${halves.join(" and ")} in half precision` : "",
  ].join("");
}

function describePart(name: string, { films, positives, patients }: ModelCard["sample"]["train"]): string {
  return `${formatCount(films)} ${name === "films" ? "films" : `for ${name}`} (${formatCount(positives)} positive, ${formatPlural(patients, "patient")})`;
}

function describeValidation({ validation }: ModelCard): string[] {
  if (!validation) return ["No validation was kept with these weights: evaluate them before anything is said of them."];
  const { epoch, chosenOnTheseFilms, targets } = validation;
  return [
    `On the validation films after epoch ${epoch + 1}.${chosenOnTheseFilms ? " The epoch was chosen on these very films, so the figures are somewhat too hopeful." : ""} Operating points that a rule found were found on these films too.`,
    `Intervals are of 95 %. Those by patient come from drawing patients with all their films; all others are DeLong's and Wilson's, which take films as independent. Brier score and calibration error (ECE) are of probabilities corrected to the share of positives among these films.`,
    table(
      ["target", "films", "positive", "AUROC (DeLong)", "AUROC by patient", "average precision by patient", "Brier", "ECE"],
      targets.map((one) => [
        one.target,
        formatCount(one.films),
        formatCount(one.positives),
        formatEstimate(one.auroc),
        formatEstimate(one.aurocByPatient),
        one.averagePrecisionByPatient ? formatEstimate(one.averagePrecisionByPatient) : formatRate(one.averagePrecision),
        formatRate(one.calibration?.brier),
        formatRate(one.calibration?.ece),
      ]),
    ),
    ...targets.flatMap(describeTarget),
  ];
}

function describeTarget(figures: CardFigures): string[] {
  const { target, small, softened, operatingPoint: point, rule, groups } = figures;
  const lines = [
    ...(small ? ["Fewer than ten patients of a class: the intervals are too narrow."] : []),
    describeCorrection(figures),
    ...(softened.length > 0
      ? [`It learnt with ${softened.join(" and ")}, so that its logits are no log odds: the correction is rough.`]
      : []),
  ];
  if (point) {
    lines.push(
      `Operating point ${RULES[rule.by]("value" in rule ? rule.value : 0)}: positive from an uncorrected logit of ${formatFigure(point.threshold)}, a corrected probability of ${formatFigure(point.probability)}: sensitivity ${formatEstimate(point.sensitivity)}, specificity ${formatEstimate(point.specificity)}, PPV ${formatEstimate(point.ppv)}, NPV ${formatEstimate(point.npv)} among these films${describePrevalence(point.atPrevalence)}.`,
    );
  }
  return [
    `### ${target}`,
    list(lines),
    ...(groups.length === 0
      ? []
      : [
          table(
            ["group", "films", "positive", "AUROC", "sensitivity", "specificity"],
            groups.map((group) => [
              nameGroup(group),
              formatCount(group.films),
              formatCount(group.positives),
              formatEstimate(group.auroc),
              formatEstimate(group.sensitivity),
              formatEstimate(group.specificity),
            ]),
          ),
          ...(groups.some(({ small }) => small)
            ? ["Small: fewer than ten patients of a class, so that one more or less moves much."]
            : []),
        ]),
  ];
}

function describeCorrection({ trained, dataset, correction: { shift, temperature }, operatingPoint }: CardFigures): string {
  if (trained === null) return "Correction: none. Which share of films was positive in training is not known.";
  const use = operatingPoint?.atPrevalence?.prevalence;
  const scaled = temperature === 1 ? "logit" : `logit / ${formatFigure(temperature)}`;
  const corrected = shift === 0 ? scaled : `${scaled} ${shift < 0 ? "-" : "+"} ${formatFigure(Math.abs(shift))}`;
  const place = use ? `where ${writePercent(use)} % are${use === dataset ? ", as in the dataset" : ""}` : "at the place of use";
  return `Correction: it was trained with ${writePercent(trained)} % of films positive; ${place}, the logit is ${corrected}. For another share p it is ${scaled} + ln(p / (1 - p)) - ln(t / (1 - t)), t being the share in training.`;
}

type AtPrevalence = NonNullable<CardFigures["operatingPoint"]>["atPrevalence"];

function describePrevalence(at: AtPrevalence): string {
  if (!at) return "";
  return `; at a prevalence of ${writePercent(at.prevalence)} % PPV ${formatEstimate(at.ppv)}, NPV ${formatEstimate(at.npv)}`;
}

const nameGroup = ({ by, name, small }: CardGroup) => `${by}: ${name}${small ? " (small)" : ""}`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  // A bar would end the cell.
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function formatFigure(value: number | null | undefined): string {
  return value == null || Number.isNaN(value) ? "–" : String(Number(value.toPrecision(4)));
}

const formatRate = (value: number | null | undefined) => value?.toFixed(3) ?? "–";

function formatEstimate(estimate: Estimate | null): string {
  if (!estimate) return "–";
  return `${estimate.value.toFixed(3)} (${estimate.low.toFixed(3)} to ${estimate.high.toFixed(3)})`;
}
