// How a person looks at the table of trials: what is kept of it from one visit to the next. Knows no column.

export interface TrialsView {
  /** Columns that were chosen (true) or put away (false), by name; the others are shown where there is room for them. */
  columns: Record<string, boolean>;
  sort: { column: string; descending: boolean };
  /** Words that a trial's row must hold, all of them. */
  filter: string;
  starredOnly: boolean;
  /** Numbers of the ticked trials, in the order they were ticked. Those of trials that are gone mean nothing. */
  selected: number[];
}

export const DEFAULT_TRIALS_VIEW: TrialsView = {
  columns: {},
  sort: { column: "trial", descending: true },
  filter: "",
  starredOnly: false,
  selected: [],
};
