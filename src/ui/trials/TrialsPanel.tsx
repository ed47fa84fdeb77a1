// The table of trials with what narrows it: a filter, stars, the choice of columns; and what is done with the ticked ones.
import { useRef, useState } from "react";
import { useCommands, useLab } from "../labContext";
import { formatCount, formatPlural } from "../parts/format";
import { Panel } from "../parts/Panel";
import partsStyles from "../parts/parts.module.css";
import { isUnderWay } from "../parts/ready";
import { useLooksOn } from "../parts/useLooksOn";
import { ReviewButton } from "../review/ReviewButton";
import { ColumnChooser } from "./ColumnChooser";
import { COLUMNS } from "./columns";
import { CompareButton } from "./compare/CompareButton";
import { type Asked, TrialTable } from "./TrialTable";
import { chooseColumns, TICK_WIDTH, type TrialTableRow } from "./table";
import trialStyles from "./trials.module.css";
import styles from "./trialTable.module.css";
import { useWidth } from "./useWidth";

interface TrialsPanelProps {
  rows: TrialTableRow[];
  /** How many there are without the filter. */
  total: number;
  openedId: number | undefined;
  onOpen: (asked: Asked) => void;
}

export function TrialsPanel({ rows, total, openedId, onOpen }: TrialsPanelProps) {
  const { columns: chosen, filter, starredOnly, selected } = useLab((lab) => lab.trialsView);
  const { changeTrialsView } = useCommands();
  const [isChoosing, setChoosing] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const [box, width] = useWidth<HTMLDivElement>();
  const columns = width > 0 ? chooseColumns(COLUMNS, chosen, width - TICK_WIDTH) : [];
  function closeChooser(): void {
    setChoosing(false);
    opener.current?.focus();
  }

  return (
    <Panel title="All trials" aside={rows.length < total ? `${formatCount(rows.length)} of ${formatCount(total)}` : undefined}>
      <div className={styles.tools}>
        <input
          type="search"
          className={partsStyles.bareField}
          aria-label="Filter trials"
          placeholder="Filter by number, target, state, note …"
          value={filter}
          onChange={({ currentTarget }) => changeTrialsView({ filter: currentTarget.value })}
        />
        <div className={partsStyles.pills}>
          <button type="button" aria-pressed={starredOnly} onClick={() => changeTrialsView({ starredOnly: !starredOnly })}>
            starred only
          </button>
          <button type="button" ref={opener} aria-expanded={isChoosing} onClick={() => setChoosing(!isChoosing)}>
            columns
          </button>
        </div>
      </div>
      {isChoosing && <ColumnChooser shown={columns} onClose={closeChooser} />}
      {selected.length > 0 && <TickedTrials selected={selected} />}
      <div ref={box}>
        {columns.length > 0 && <TrialTable rows={rows} columns={columns} openedId={openedId} onOpen={onOpen} />}
      </div>
      {rows.length === 0 && <p className={styles.empty}>No trial here. Another filter may have some.</p>}
    </Panel>
  );
}

function TickedTrials({ selected }: { selected: readonly number[] }) {
  const live = useLab(({ run }) => (isUnderWay(run.state) ? run.trial?.id : undefined));
  const looksOn = useLooksOn();
  const { changeTrialsView, deleteTrials } = useCommands();
  const deletable = selected.filter((id) => id !== live);
  return (
    <div className={styles.ticked}>
      <span>{formatPlural(selected.length, "trial")} ticked</span>
      <CompareButton ids={selected} />
      <ReviewButton ids={selected} />
      <div className={trialStyles.actions}>
        <button type="button" disabled={looksOn || deletable.length === 0} onClick={() => void deleteTrials(deletable)}>
          Delete ticked
        </button>
        <button type="button" onClick={() => changeTrialsView({ selected: [] })}>
          Untick all
        </button>
      </div>
    </div>
  );
}
