// What the labels are made of: bars, and in words what a negative is.
import type { SampleSummary } from "../../protocol/dataset";
import { useLab } from "../labContext";
import { SplitBar } from "../parts/Figures";
import { formatCount } from "../parts/format";
import { Panel } from "../parts/Panel";
import styles from "./dataset.module.css";

export function LabelMakeup({ sample }: { sample: SampleSummary }) {
  const counting = useLab((lab) => lab.sample.state === "counting");
  const target = useLab((lab) => lab.settings.target);
  const isFinding = useLab(({ dataset }) => dataset.summary?.columns.find(({ name }) => name === target)?.isLabel ?? true);
  const bars = [
    { name: "positive", value: sample.positive, color: "var(--positive)" },
    { name: "negative, explicit", value: sample.negativeExplicit, color: "var(--negative)" },
    { name: "negative, blank", value: sample.negativeBlank, color: "var(--negative-blank)" },
    { name: "uncertain, left out", value: sample.uncertainIgnored, color: "var(--amber)" },
    { name: "blank, left out", value: sample.blankIgnored, color: "var(--faint)" },
    { name: "lateral, left out", value: sample.lateralLeftOut, color: "var(--faint)" },
  ].filter(({ value }, index) => index < 2 || value > 0);
  const whole = Math.max(...bars.map(({ value }) => value));
  return (
    <Panel title="What the labels are made of" aside={counting && "counting"}>
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
      </p>
    </Panel>
  );
}

function describeNegatives({ negativeBlank, negativeExplicit, kept, setAside }: SampleSummary, whatBlankMeans: string): string {
  const negatives = negativeBlank + negativeExplicit;
  const words: string[] = [];
  if (negativeBlank > 0) {
    const share = Math.round((negativeBlank / negatives) * 100);
    words.push(`${share} of 100 negatives are blanks: ${whatBlankMeans}.`);
  }
  words.push(
    setAside > 0
      ? `The balance keeps ${formatCount(kept)} films and sets ${formatCount(setAside)} aside; fresh films every epoch would use them all in time.`
      : `All ${formatCount(kept)} labelled films are used.`,
  );
  return words.join(" ");
}
