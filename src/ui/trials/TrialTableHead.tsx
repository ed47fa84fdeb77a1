// The heads of the table of trials: each sorts by its column, a second time the other way; the first ticks all rows.
import { type RefObject, useEffect, useRef } from "react";
import { useCommands, useLab } from "../labContext";
import type { Column, TrialTableRow } from "./table";
import styles from "./trialTable.module.css";

interface TrialTableHeadProps {
  ref: RefObject<HTMLTableSectionElement | null>;
  rows: TrialTableRow[];
  columns: Column[];
}

export function TrialTableHead({ ref, rows, columns }: TrialTableHeadProps) {
  const { sort } = useLab((lab) => lab.trialsView);
  const { changeTrialsView } = useCommands();
  return (
    <thead ref={ref}>
      <tr>
        <th scope="col" className={styles.tick}>
          <TickAll rows={rows} />
        </th>
        {columns.map((column) => {
          const { name, title, isNumeric } = column;
          const isSorted = name === sort.column;
          // Of figures the largest are looked for first.
          const descending = isSorted ? !sort.descending : isNumeric || name === "star";
          return (
            <th
              key={name}
              scope="col"
              data-numeric={isNumeric || undefined}
              aria-sort={isSorted ? (sort.descending ? "descending" : "ascending") : "none"}
            >
              <button type="button" onClick={() => changeTrialsView({ sort: { column: name, descending } })}>
                {title}
                {isSorted && <span aria-hidden="true">{sort.descending ? "\u00a0↓" : "\u00a0↑"}</span>}
              </button>
            </th>
          );
        })}
      </tr>
    </thead>
  );
}

function TickAll({ rows }: { rows: TrialTableRow[] }) {
  const selected = useLab((lab) => lab.trialsView.selected);
  const { changeTrialsView } = useCommands();
  const box = useRef<HTMLInputElement>(null);
  const ticked = new Set(selected);
  const isAll = rows.length > 0 && rows.every(({ trial }) => ticked.has(trial.id));
  const isSome = !isAll && rows.some(({ trial }) => ticked.has(trial.id));
  useEffect(() => {
    if (box.current) box.current.indeterminate = isSome;
  }, [isSome]);
  function toggle(): void {
    const here = rows.map(({ trial }) => trial.id);
    const others = selected.filter((id) => !here.includes(id));
    changeTrialsView({ selected: isAll ? others : [...others, ...here] });
  }
  return <input ref={box} type="checkbox" aria-label="Tick all trials that are shown" checked={isAll} onChange={toggle} />;
}
