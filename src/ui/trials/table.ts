// The table of trials as data: its rows, which columns there is room for, filter, order, and all of it as text. Pure; it draws nothing and
// knows no column (columns.tsx lists them).
import type { ReactNode } from "react";
import type { Cell } from "../../app/downloads";
import { bestAuroc, scoresOf } from "../../app/offeredWeights";
import type { Trial } from "../../protocol/training";
import type { TrialsView } from "../../protocol/trialsView";

export interface TrialTableRow {
  trial: Trial;
  /** It is being trained. */
  isLive: boolean;
  /** No other trial has a higher AUROC, and chance has not. */
  isBest: boolean;
}

export const COLUMN_GROUPS = ["trial", "result", "settings"] as const;

export interface Column {
  /** Never changes: choices are kept by it, and it is the head in the CSV. */
  name: string;
  /** The head on the page. */
  title: string;
  group: (typeof COLUMN_GROUPS)[number];
  /** What it is sorted by, and the cell in the CSV. */
  value: (row: TrialTableRow) => Cell;
  /** As a person reads it. */
  text: (row: TrialTableRow) => string;
  /** Where it is more than its text. */
  draw?: (row: TrialTableRow) => ReactNode;
  isNumeric: boolean;
  /** Pixels that it takes at least. */
  width: number;
  /** Of several columns that nobody chose, those of a lower rank are shown first; without one it is shown only where it is chosen. */
  rank?: number;
  isSearched: boolean;
}

/** Of the column of boxes that tick rows, in pixels. */
export const TICK_WIDTH = 36;

/** AUROCs of chance and below are nobody's best. */
const CHANCE = 0.5;

export function toRows(trials: readonly Trial[], live: Trial | null): TrialTableRow[] {
  const now = live ? trials.map((trial) => (trial.id === live.id ? withProgress(trial, live) : trial)) : trials;
  const best = bestAuroc(now);
  return now.map((trial) => {
    const auroc = scoresOf(trial)?.auroc ?? null;
    return { trial, isLive: trial.id === live?.id, isBest: auroc !== null && auroc === best && auroc > CHANCE };
  });
}

/** What a run has come to since the list was read; what a person says of the trial is newer in the list. */
function withProgress({ note, star, seconds }: Trial, live: Trial): Trial {
  const { epochs, checkpoints } = live;
  return {
    ...live,
    note,
    star,
    stepsDone: checkpoints.last?.step ?? 0,
    seconds: Math.max(
      seconds,
      epochs.reduce((sum, epoch) => sum + epoch.seconds, 0),
    ),
  };
}

/** Those that were chosen; then as many of the others as there is room for, by rank. In the order of the list. */
export function chooseColumns(columns: readonly Column[], chosen: TrialsView["columns"], width: number): Column[] {
  const shown = new Set(columns.filter(({ name }) => chosen[name]));
  let taken = [...shown].reduce((sum, column) => sum + column.width, 0);
  const unchosen = columns.filter(({ name, rank }) => chosen[name] === undefined && rank !== undefined);
  for (const column of unchosen.toSorted((a, b) => (a.rank ?? 0) - (b.rank ?? 0))) {
    taken += column.width;
    if (taken > width) break;
    shown.add(column);
  }
  return columns.filter((column) => shown.has(column));
}

/** Rows whose searched columns hold all words of the filter, as a value or as they are read, in whatever case. */
export function filterRows(
  rows: readonly TrialTableRow[],
  columns: readonly Column[],
  { filter, starredOnly }: Pick<TrialsView, "filter" | "starredOnly">,
): TrialTableRow[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const searched = columns.filter(({ isSearched }) => isSearched);
  return rows.filter((row) => {
    if (starredOnly && !row.trial.star) return false;
    if (words.length === 0) return true;
    const held = searched.map(({ value, text }) => `${value(row) ?? ""}\n${text(row)}`.toLowerCase()).join("\n");
    return words.every((word) => held.includes(word));
  });
}

const collator = new Intl.Collator("en", { numeric: true });

function compareCells(a: Cell, b: Cell): number {
  if (typeof a === "string" && typeof b === "string") return collator.compare(a, b);
  return Number(a) - Number(b);
}

const isEmpty = (cell: Cell) => cell === null || cell === "" || Number.isNaN(cell);

/** Empty cells are last either way, and of equal ones the newest trial is first. */
export function sortRows(rows: readonly TrialTableRow[], { value }: Column, descending: boolean): TrialTableRow[] {
  const keyed = rows.map((row) => ({ row, cell: value(row) }));
  keyed.sort((a, b) => {
    const lack = Number(isEmpty(a.cell)) - Number(isEmpty(b.cell));
    const order = isEmpty(a.cell) ? 0 : compareCells(a.cell, b.cell);
    return lack || (descending ? -order : order) || b.row.trial.id - a.row.trial.id;
  });
  return keyed.map(({ row }) => row);
}

/** All columns, shown or not. */
export function toCells(columns: readonly Column[], rows: readonly TrialTableRow[]): { head: string[]; cells: Cell[][] } {
  return { head: columns.map(({ name }) => name), cells: rows.map((row) => columns.map(({ value }) => value(row))) };
}
