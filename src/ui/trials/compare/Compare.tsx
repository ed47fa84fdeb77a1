// Trials side by side, in the place of their table: which is better, their curves, and in what they differ.
import { Button } from "@mantine/core";
import { useMemo } from "react";
import { useCommands, useLab } from "../../labContext";
import { SelectField } from "../../parts/fields";
import { Panel } from "../../parts/Panel";
import partsStyles from "../../parts/parts.module.css";
import { StepHeader } from "../../parts/StepHeader";
import { ReviewButton } from "../../review/ReviewButton";
import { AurocTable } from "./AurocTable";
import { Curves } from "./Curves";
import styles from "./compare.module.css";
import { Differences } from "./Differences";

const WEIGHTS = [
  { value: "best", label: "Best epoch" },
  { value: "last", label: "Last checkpoint" },
] as const;

export function Compare() {
  const all = useLab((lab) => lab.trials);
  const ids = useLab((lab) => lab.comparison.trials);
  const baseline = useLab((lab) => lab.comparison.baseline);
  const which = useLab((lab) => lab.comparison.which);
  const trials = useMemo(() => all.filter(({ id }) => ids.includes(id)), [all, ids]);
  const { closeComparison, pinBaseline, chooseComparedWeights } = useCommands();
  return (
    <>
      <StepHeader
        title={`Trials ${listIds(ids)}`}
        actions={
          <>
            <Button onClick={closeComparison}>Back to all trials</Button>
            <ReviewButton ids={ids} />
          </>
        }
      >
        Side by side: which is better on the same films, how they learnt, and in what they differ.
      </StepHeader>
      <div className={partsStyles.stack}>
        <Panel title="Compare">
          <div className={styles.choices}>
            <SelectField
              label="Baseline"
              value={String(baseline)}
              options={trials.map(({ id }) => ({ value: String(id), label: `Trial ${id}` }))}
              onChange={(id) => void pinBaseline(Number(id))}
            />
            <SelectField
              label="Predictions of"
              value={which}
              options={[...WEIGHTS]}
              onChange={(chosen) => void chooseComparedWeights(chosen)}
            />
          </div>
        </Panel>
        <AurocTable />
        <Curves trials={trials} />
        <Differences trials={trials} />
      </div>
    </>
  );
}

const MOST_IDS = 6;

/** 1 and 2; 1, 2 and 5; of many the first ones. */
function listIds(ids: readonly number[]): string {
  if (ids.length > MOST_IDS) return `${ids.slice(0, MOST_IDS - 1).join(", ")} and ${ids.length - MOST_IDS + 1} more`;
  return `${ids.slice(0, -1).join(", ")} and ${ids.at(-1)}`;
}
