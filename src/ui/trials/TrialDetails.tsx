// The trial that is open: what can be done with it, what a person says of it, and all that the table's columns say, shown there or not.
import { NativeSelect } from "@mantine/core";
import { useEffect, useId, useRef, useState } from "react";
import { chooseOffered, offerWeights } from "../../app/offeredWeights";
import type { WhichWeights } from "../../protocol/training";
import { useCommands, useLab } from "../labContext";
import { FigureRows } from "../parts/Figures";
import fieldStyles from "../parts/fields.module.css";
import { Panel } from "../parts/Panel";
import { isUnderWay } from "../parts/ready";
import { useLooksOn } from "../parts/useLooksOn";
import { COLUMNS } from "./columns";
import styles from "./details.module.css";
import { ResizeTrial } from "./ResizeTrial";
import { TrialActions } from "./TrialActions";
import { TrialNote } from "./TrialNote";
import type { Asked } from "./TrialTable";
import type { Column, TrialTableRow } from "./table";

/** What the panel shows in another way. */
const SHOWN_OTHERWISE = new Set(["trial", "star", "note"]);
const FACTS = COLUMNS.filter(({ name, group }) => group !== "settings" && !SHOWN_OTHERWISE.has(name));
const SETTINGS = COLUMNS.filter(({ group }) => group === "settings");

interface TrialDetailsProps {
  row: TrialTableRow;
  /** Null where it is open without having been asked for. */
  asked: Asked | null;
}

export function TrialDetails({ row, asked }: TrialDetailsProps) {
  const { trial, isLive } = row;
  const [isResizing, setResizing] = useState(false);
  const [wanted, setWanted] = useState<WhichWeights>("last");
  const isRunning = useLab(({ run }) => isUnderWay(run.state));
  const looksOn = useLooksOn();
  const { annotateTrial, deleteTrials } = useCommands();
  const isBusy = looksOn || isRunning;
  const offered = offerWeights(trial);
  const which = chooseOffered(trial, wanted);
  const choice = useId();
  const doing = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!asked) return;
    doing.current?.scrollIntoView({ block: "nearest" });
    if (asked.byKey) doing.current?.focus({ preventScroll: true });
  }, [asked]);
  return (
    <Panel
      title={`Trial ${trial.id}`}
      aside={
        <button
          type="button"
          className={styles.star}
          aria-pressed={trial.star}
          aria-label={`Star trial ${trial.id}`}
          disabled={looksOn}
          onClick={() => void annotateTrial(trial.id, { star: !trial.star })}
        >
          {trial.star ? "★" : "☆"}
        </button>
      }
    >
      <div className={styles.details}>
        <div className={styles.doing} ref={doing} tabIndex={-1}>
          {offered.length > 1 && (
            <div className={styles.which}>
              <label htmlFor={choice}>Weights</label>
              <NativeSelect
                id={choice}
                aria-label={`Weights of trial ${trial.id} to take`}
                value={which}
                data={offered.map((one) => ({ value: one.which, label: one.label }))}
                onChange={({ currentTarget: { value } }) =>
                  setWanted(offered.find((one) => one.which === value)?.which ?? "last")
                }
              />
            </div>
          )}
          <TrialActions
            trial={trial}
            which={which}
            isLive={isLive}
            isBusy={isBusy}
            looksOn={looksOn}
            onResize={() => setResizing(true)}
            onDelete={() => void deleteTrials([trial.id])}
          />
        </div>
        {isResizing && <ResizeTrial trial={trial} which={which} isBusy={isBusy} onClose={() => setResizing(false)} />}
        <TrialNote trial={trial} disabled={looksOn} />
        <Facts columns={FACTS} row={row} />
        <details className={fieldStyles.group}>
          <summary>All settings</summary>
          <Facts columns={SETTINGS} row={row} />
        </details>
      </div>
    </Panel>
  );
}

function Facts({ columns, row }: { columns: readonly Column[]; row: TrialTableRow }) {
  const facts = columns.map(({ title, text }) => ({ name: title, value: text(row) }));
  return (
    <div className={styles.facts}>
      <FigureRows rows={facts.filter(({ value }) => value !== "")} />
    </div>
  );
}
