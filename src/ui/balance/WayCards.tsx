// The four ways to balance side by side, drawn to scale; a click takes one.
import type { PartSummary } from "../../protocol/dataset";
import type { Balance } from "../../protocol/settings";
import { useCommands, useLab } from "../labContext";
import { SplitBar } from "../parts/Figures";
import styles from "./balance.module.css";

interface Way {
  balance: Balance;
  name: string;
  words: string;
  /** How much of an epoch each class makes up, for the drawing. */
  weigh(positives: number, negatives: number): [positives: number, negatives: number];
}

export const WAYS: Way[] = [
  {
    balance: "undersample",
    name: "Undersample",
    words: "As many of the larger class as the smaller one has. Short epochs; the rest waits, or takes its turn each epoch.",
    weigh: (positives, negatives) => [Math.min(positives, negatives), Math.min(positives, negatives)],
  },
  {
    balance: "oversample",
    name: "Oversample",
    words:
      "Films of the smaller class come several times. Nothing is lost; epochs are long and the repeats are learnt by heart sooner.",
    weigh: (positives, negatives) => [Math.max(positives, negatives), Math.max(positives, negatives)],
  },
  {
    balance: "weight",
    name: "Weight the loss",
    words: "Every film once; an error on the rarer class costs more. Batches may hold no positive at all.",
    weigh: (positives, negatives) => [positives, negatives],
  },
  {
    balance: "none",
    name: "None",
    words: "Every film once, as it comes. Right where both classes are near each other, or only the ranking matters.",
    weigh: (positives, negatives) => [positives, negatives],
  },
];

export function WayCards({ before, disabled }: { before: PartSummary; disabled: boolean }) {
  const balance = useLab((lab) => lab.settings.balance);
  const { changeSettings } = useCommands();
  const whole = 2 * Math.max(before.positives, before.negatives);
  return (
    <div className={styles.waysBox}>
      <div className={styles.ways}>
        {WAYS.map((way) => {
          const [positives, negatives] = way.weigh(before.positives, before.negatives);
          return (
            <button
              key={way.balance}
              type="button"
              disabled={disabled}
              aria-pressed={way.balance === balance}
              onClick={() => changeSettings({ balance: way.balance })}
            >
              <b>{way.name}</b>
              <SplitBar
                whole={whole}
                parts={[
                  { name: "positive", value: positives, color: "var(--positive)" },
                  { name: "negative", value: negatives, color: "var(--negative)" },
                ]}
              />
              <span>{way.words}</span>
            </button>
          );
        })}
      </div>
    </div>
  );
}
