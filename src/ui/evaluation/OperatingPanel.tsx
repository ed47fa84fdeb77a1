// Where films are called positive, and what that comes to: here, and where the network is to be used.

import { useMemo } from "react";
import { filmsOf } from "../../app/scoredFilms";
import type { Shares } from "../../app/state";
import type { OperatingPoint, ThresholdRule } from "../../protocol/statistics";
import type { Evaluation } from "../../protocol/training";
import { useCommands, useLab } from "../labContext";
import { CheckField, RuleField } from "../parts/fields";
import { formatCount, formatMetric, formatPlural, formatPrevalence, writePercent } from "../parts/format";
import { Panel } from "../parts/Panel";
import partsStyles from "../parts/parts.module.css";
import styles from "./evaluation.module.css";
import { Rates } from "./Rates";
import { thresholdCalling } from "./threshold";

const RULES: ThresholdRule[] = [
  { by: "youden" },
  { by: "sensitivity", value: 0.95 },
  { by: "sensitivity", value: 0.9 },
  { by: "specificity", value: 0.9 },
  { by: "probability", value: 0.5 },
];

export function nameRule(rule: ThresholdRule): string {
  if (rule.by === "youden") return "Youden";
  return rule.by === "score" ? "set by hand" : `${rule.by} ${rule.value}`;
}

export function OperatingPanel({ evaluation }: { evaluation: Evaluation }) {
  const { at, rule, prevalence, scaled, shares, reading, byPatient } = useLab((lab) => lab.figures);
  const { readFigures } = useCommands();
  const point = reading?.operatingPoint ?? null;
  const scores = useMemo(() => filmsOf(evaluation, undefined, at).films.scores.sort(), [evaluation, at]);
  return (
    <Panel
      title="Operating point"
      aside={
        <div className={partsStyles.pills}>
          {RULES.map((one) => (
            <button
              type="button"
              key={nameRule(one)}
              aria-pressed={isSame(one, rule)}
              onClick={() => void readFigures({ rule: one })}
            >
              {nameRule(one)}
            </button>
          ))}
        </div>
      }
    >
      <div className={styles.operating}>
        {point && <Threshold point={point} scores={scores} />}
        <div className={styles.place}>
          <RuleField
            label="Prevalence where it is used"
            value={100 * (prevalence ?? 0)}
            holds={(percent) => percent > 0 && percent < 100}
            form="a share above 0 and below 100, such as 12"
            unit="%"
            empty={{ value: 0, words: shares.dataset === null ? "not known" : writePercent(shares.dataset) }}
            format={(percent) => writePercent(percent / 100)}
            onChange={(percent) => void readFigures({ prevalence: percent === 0 ? null : percent / 100 })}
          />
          <CheckField
            label={`Scale by temperature${reading?.temperature ? ` (${formatMetric(reading.temperature)}, fitted on these films)` : ""}`}
            checked={scaled}
            disabled={!reading?.temperature}
            onChange={(checked) => void readFigures({ scaled: checked })}
          />
        </div>
      </div>
      {point && <Rates point={point} byPatient={byPatient} />}
      {reading && !point && <p className={styles.remark}>{describeNoPoint(rule)}</p>}
      <p className={styles.remark}>
        {describeCorrection(shares)}
        {at > 0 && ` ${OF_FURTHER_TARGET}`}
      </p>
    </Panel>
  );
}

/** A rule that looks at the films needs those of the class that it counts. */
export function describeNoPoint(rule: ThresholdRule): string {
  const needed =
    rule.by === "sensitivity" ? "positive films" : rule.by === "specificity" ? "negative films" : "films of both classes";
  return `No operating point by ${nameRule(rule)}: it takes ${needed}.`;
}

/**
 * Over how many films are called positive, from none to all: probabilities of a rare finding are all small, and a scale of them would have no
 * room for them. @param scores of all films, ascending
 */
function Threshold({ point, scores }: { point: OperatingPoint; scores: Float64Array }) {
  const { readFigures } = useCommands();
  const called = point.truePositives + point.falsePositives;
  const probability = formatProbability(point.probability);
  const callPositive = (films: number) => readFigures({ rule: { by: "score", value: thresholdCalling(scores, films, called) } });
  return (
    <label className={styles.threshold}>
      <span>Positive from a probability of</span>
      <output>{probability}</output>
      <input
        type="range"
        min={0}
        max={scores.length}
        aria-label="Operating point"
        aria-valuetext={`probability ${probability}, ${called} of ${formatPlural(scores.length, "film")} called positive`}
        value={called}
        onChange={({ currentTarget }) => void callPositive(Number(currentTarget.value))}
      />
      <small>
        {formatCount(called)} of {formatPlural(scores.length, "film")} called positive
      </small>
    </label>
  );
}

/** Positives of a finding that goes with the first one are then others than the films' own: no ratio of odds makes up for that. */
const OF_FURTHER_TARGET = "Where the balance drew films by the first target, the correction of another is rough.";

export function describeCorrection({ trained, dataset, softened }: Shares): string {
  if (trained === null)
    return "How many positives this network was trained on is not known: its probabilities stand as they are.";
  const learnt = `The network learnt from ${formatPrevalence(trained)} positives`;
  const rough =
    softened.length > 0
      ? ` It was trained with ${softened.join(" and ")}, which keeps it from learning the odds themselves: the correction is rough.`
      : "";
  return dataset === null
    ? `${learnt}; give a prevalence to have its probabilities corrected.${rough}`
    : `${learnt}, and ${formatPrevalence(dataset)} of the dataset's labelled films are positive: left as they are, its probabilities would be those of the first. They are corrected by the ratio of the odds (Saerens 2002).${rough}`;
}

/** To three places, and to as many more as it takes not to be 0 or 1. */
export function formatProbability(probability: number): string {
  if (probability > 0 && probability < 0.001) return probability.toExponential(1);
  const rest = 1 - probability;
  return rest > 0 && rest < 0.0005 ? probability.toFixed(Math.ceil(-Math.log10(rest))) : formatMetric(probability);
}

function isSame(a: ThresholdRule, b: ThresholdRule): boolean {
  return a.by === b.by && ("value" in a ? a.value : 0) === ("value" in b ? b.value : 0);
}
