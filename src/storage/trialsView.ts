// How the table of trials was last looked at, as IndexedDB keeps it from one visit to the next.
import { DEFAULT_TRIALS_VIEW, type TrialsView } from "../protocol/trialsView";
import { type KeyValue, openKeyValue } from "./keyValue";

export interface TrialsViewStore {
  /** Fields that are not kept, or not as this version writes them, have their defaults. */
  read(): Promise<TrialsView>;
  write(view: TrialsView): Promise<void>;
}

const KEY = "page";

/** What is kept may be of another version of the lab, so it is nothing in particular until it is read. */
export function createTrialsViewStore(values: KeyValue<unknown> = openKeyValue("roentgen-lab-trials-view")): TrialsViewStore {
  return {
    read: async () => readTrialsView(await values.read(KEY)),
    write: (view) => values.write(KEY, view),
  };
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

const CHECKS: { [Field in keyof TrialsView]: (value: unknown) => value is TrialsView[Field] } = {
  columns: (value): value is TrialsView["columns"] =>
    isRecord(value) && Object.values(value).every((isShown) => typeof isShown === "boolean"),
  sort: (value): value is TrialsView["sort"] =>
    isRecord(value) && typeof value.column === "string" && typeof value.descending === "boolean",
  filter: (value) => typeof value === "string",
  starredOnly: (value) => typeof value === "boolean",
  selected: (value): value is number[] => Array.isArray(value) && value.every(Number.isInteger),
};

function readTrialsView(kept: unknown): TrialsView {
  const view = { ...DEFAULT_TRIALS_VIEW };
  if (!isRecord(kept)) return view;
  const take = <Field extends keyof TrialsView>(field: Field, value: unknown) => {
    if (CHECKS[field](value)) view[field] = value;
  };
  for (const field of ["columns", "sort", "filter", "starredOnly", "selected"] as const) take(field, kept[field]);
  return view;
}
