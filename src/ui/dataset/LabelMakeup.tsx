// What each class is made of, and what is left out of both: bars, and in words what a negative is.
import type { SampleSummary } from "../../protocol/dataset";
import { useLab } from "../labContext";
import { SplitBar } from "../parts/Figures";
import { formatCount, formatPlural } from "../parts/format";
import { Panel } from "../parts/Panel";
import styles from "./dataset.module.css";

interface LabelMakeupProps {
  sample: SampleSummary;
  /** Labelled films that the balance leaves out. */
  setAside: number;
  /** Films that fell out when they were prepared. */
  failed: number;
}

export function LabelMakeup({ sample, setAside, failed }: LabelMakeupProps) {
  const counting = useLab((lab) => lab.sample.state === "counting");
  const { target, moreTargets, epochs } = useLab((lab) => lab.settings);
  const isFinding = useLab(({ dataset }) => dataset.summary?.columns.find(({ name }) => name === target)?.isLabel ?? true);
  const bars = [
    { name: "positive, explicit", value: sample.positive - sample.positiveUncertain, color: "var(--positive)" },
    { name: "positive, uncertain", value: sample.positiveUncertain, color: "var(--positive-uncertain)" },
    { name: "negative, explicit", value: sample.negativeExplicit - sample.negativeUncertain, color: "var(--negative)" },
    { name: "negative, blank", value: sample.negativeBlank, color: "var(--negative-blank)" },
    { name: "negative, uncertain", value: sample.negativeUncertain, color: "var(--negative-uncertain)" },
    { name: "uncertain, left out", value: sample.uncertainIgnored, color: "var(--amber)" },
    { name: "blank, left out", value: sample.blankIgnored, color: "var(--faint)" },
    { name: "lateral, left out", value: sample.lateralLeftOut, color: "var(--faint)" },
    { name: "doubtful, left out", value: sample.doubtfulLeftOut, color: "var(--faint)" },
    { name: "held out, unused", value: sample.heldOut, color: "var(--faint)" },
    { name: "patient held out", value: sample.sharedLeftOut, color: "var(--faint)" },
  ].filter(({ name, value }) => name.endsWith("explicit") || value > 0);
  const whole = Math.max(...bars.map(({ value }) => value));
  return (
    <Panel title="What the labels are made of" aside={counting ? "counting" : moreTargets.length > 0 && target}>
      <dl className={styles.makeup}>
        {bars.map((bar) => (
          <div key={bar.name}>
            <dt>{bar.name}</dt>
            <SplitBar parts={[bar]} whole={whole} />
            <dd>{formatCount(bar.value)}</dd>
          </div>
        ))}
      </dl>
      <p className={styles.words}>
        {describeNegatives(sample, isFinding ? `the report did not mention ${target}` : `the CSV says nothing under ${target}`)}
        {describeUse(sample, setAside, epochs)}
        {failed > 0 && ` ${formatPlural(failed, "film")} fell out when prepared; ${formatCount(sample.filmsToPrepare)} are left.`}
      </p>
    </Panel>
  );
}

function describeNegatives({ negativeBlank, negativeExplicit }: SampleSummary, whatBlankMeans: string): string {
  if (negativeBlank === 0) return "";
  const share = Math.round((negativeBlank / (negativeBlank + negativeExplicit)) * 100);
  return `${share} of 100 negatives are blanks: ${whatBlankMeans}. `;
}

function describeUse({ before, epochsToSeeAll }: SampleSummary, setAside: number, epochs: number): string {
  if (setAside === 0) return `The balance uses all ${formatCount(before.films)} labelled films.`;
  const kept = `keeps ${formatPlural(before.films - setAside, "film")} and sets ${formatCount(setAside)} aside`;
  // More than one where films are already drawn afresh.
  if (epochsToSeeAll === 1) return `The balance ${kept}; fresh films every epoch would use them all in time.`;
  return `The balance ${kept} in ${formatPlural(epochs, "epoch")}${epochs < epochsToSeeAll ? "; more epochs would use them all" : ""}.`;
}
