// The rows of the table of trials: only what is seen is in the page, however many there are. Arrow keys go from row to row, Enter opens,
// Space ticks, Delete deletes. What stands in a cell is columns.tsx's to say.
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type MouseEvent, useEffect, useRef, useState } from "react";
import { useCommands, useLab } from "../labContext";
import { useLooksOn } from "../parts/useLooksOn";
import { TrialRow } from "./TrialRow";
import { TrialTableHead } from "./TrialTableHead";
import { type Column, TICK_WIDTH, type TrialTableRow } from "./table";
import styles from "./trialTable.module.css";

const ROW_HEIGHT = 37;
const ROWS_A_PAGE = 10;

/** A person asked for a trial's details; by key they take the focus. */
export interface Asked {
  id: number;
  byKey: boolean;
}

interface TrialTableProps {
  rows: TrialTableRow[];
  columns: Column[];
  openedId: number | undefined;
  onOpen: (asked: Asked) => void;
}

export function TrialTable({ rows, columns, openedId, onOpen }: TrialTableProps) {
  const selected = useLab((lab) => lab.trialsView.selected);
  const { annotateTrial, changeTrialsView, deleteTrials } = useCommands();
  const looksOn = useLooksOn();
  const box = useRef<HTMLDivElement>(null);
  const head = useRef<HTMLTableSectionElement>(null);
  const body = useRef<HTMLTableSectionElement>(null);
  const [at, setAt] = useState(0);
  /** The row at `at` takes the focus as soon as it is in the page. */
  const isGoing = useRef(false);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (index) => rows[index]?.trial.id ?? index,
    overscan: 8,
    // The head stands over the first rows.
    scrollPaddingEnd: head.current?.offsetHeight ?? 0,
  });
  const seen = virtual.getVirtualItems();
  const isSeen = seen.some(({ index }) => index === at);
  const tabStop = isSeen ? at : seen[0]?.index;
  const ticked = new Set(selected);

  useEffect(() => {
    if (!isGoing.current) return;
    const row = body.current?.querySelector<HTMLElement>(`[data-index="${at}"]`);
    if (!row) return;
    isGoing.current = false;
    row.focus({ preventScroll: true });
  });

  function goTo(index: number): void {
    const next = Math.max(0, Math.min(rows.length - 1, index));
    isGoing.current = true;
    setAt(next);
    virtual.scrollToIndex(next);
  }

  function toggle(id: number): void {
    changeTrialsView({ selected: ticked.has(id) ? selected.filter((one) => one !== id) : [...selected, id] });
  }

  /** Its box ticks a row and its star stars it; by keyboard that is Space, and the details' button. The rest of it opens it. */
  function onClick({ target }: MouseEvent<HTMLElement>): void {
    const index = indexOf(target);
    const here = rows[index];
    if (!here) return;
    if (target instanceof HTMLInputElement) {
      toggle(here.trial.id);
    } else if (target instanceof HTMLElement && target.dataset.star) {
      if (!looksOn) void annotateTrial(here.trial.id, { star: !here.trial.star });
    } else {
      setAt(index);
      onOpen({ id: here.trial.id, byKey: false });
    }
  }

  function onKeyDown(event: KeyboardEvent<HTMLElement>): void {
    const index = indexOf(event.target);
    const here = rows[index];
    if (!here || event.target instanceof HTMLInputElement || event.ctrlKey || event.metaKey || event.altKey) return;
    const { id } = here.trial;
    const keys: Record<string, () => void> = {
      ArrowDown: () => goTo(index + 1),
      ArrowUp: () => goTo(index - 1),
      PageDown: () => goTo(index + ROWS_A_PAGE),
      PageUp: () => goTo(index - ROWS_A_PAGE),
      Home: () => goTo(0),
      End: () => goTo(rows.length - 1),
      Enter: () => onOpen({ id, byKey: true }),
      " ": () => toggle(id),
      Delete: () => {
        if (!looksOn && !here.isLive) void deleteTrials([id]);
      },
    };
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  const width = TICK_WIDTH + columns.reduce((sum, column) => sum + column.width, 0);
  const below = virtual.getTotalSize() - (seen.at(-1)?.end ?? 0);
  return (
    <div className={styles.tableBox} ref={box}>
      <table
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: its rows take the focus and can be ticked, as in the ARIA practices' data grids
        role="grid"
        aria-label="All trials"
        aria-multiselectable="true"
        aria-rowcount={rows.length + 1}
        className={styles.table}
        style={{ minWidth: width }}
      >
        <colgroup>
          <col style={{ width: TICK_WIDTH }} />
          {columns.map((column) => (
            <col key={column.name} style={{ width: column.width }} />
          ))}
        </colgroup>
        <TrialTableHead ref={head} rows={rows} columns={columns} />
        <Gap height={seen[0]?.start ?? 0} columns={columns.length + 1} />
        <tbody ref={body} className={styles.rows} onClick={onClick} onKeyDown={onKeyDown}>
          {seen.map(({ index, key }) => {
            const row = rows[index];
            return (
              row && (
                <TrialRow
                  key={key}
                  ref={virtual.measureElement}
                  row={row}
                  index={index}
                  columns={columns}
                  isOpened={row.trial.id === openedId}
                  isTicked={ticked.has(row.trial.id)}
                  isTabStop={index === tabStop}
                />
              )
            );
          })}
        </tbody>
        <Gap height={below} columns={columns.length + 1} />
      </table>
    </div>
  );
}

/** Of the row that an event came from; NaN where it came from none. */
function indexOf(target: EventTarget): number {
  return Number((target instanceof HTMLElement ? target.closest<HTMLElement>("[data-index]") : null)?.dataset.index);
}

/** In place of the rows that are not in the page. */
function Gap({ height, columns }: { height: number; columns: number }) {
  if (height <= 0) return null;
  return (
    <tbody aria-hidden="true" className={styles.gap}>
      <tr>
        <td colSpan={columns} style={{ height }} />
      </tr>
    </tbody>
  );
}
