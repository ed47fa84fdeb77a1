// How positives spread over views, sexes and ages, and films over patients: what a network may learn instead of the finding. It changes no sample.
import type { GroupedPositives, PatientCount } from "../protocol/dataset";
import type { FilmIndex } from "./filmIndex";
import type { LabelColumn } from "./labelFiles/columns";
import type { RowLabels } from "./labels";
import type { Split } from "./split";

/** A column with more different views than this says nothing at a glance. */
export const MOST_GROUPS = 20;
const AGE_ENDS = [20, 40, 60, 80];
const PATIENT_STEPS = [1, 2, 5, 10];

/** For each of view, sex and age that the labels know: its groups, and how many films of each are positive. Of labelled films, before the balance. */
export function groupPositives(index: FilmIndex, labels: RowLabels, split: Split): GroupedPositives[] {
  const grouped: GroupedPositives[] = [];
  for (const { by, column, nameOf, order } of listGroupings(index)) {
    const groups = new Map<string, { films: number; positives: number }>();
    for (const [code, { films, positives }] of countCodes(column, labels, split).entries()) {
      if (films === 0) continue;
      const name = nameOf(column.values[code] ?? "") || "unknown";
      const group = groups.get(name);
      groups.set(name, { films: films + (group?.films ?? 0), positives: positives + (group?.positives ?? 0) });
    }
    const known = [...groups.keys()].filter((name) => name !== "unknown");
    if (known.length === 0 || groups.size > MOST_GROUPS) continue;
    const listed = [...groups].map(([name, counts]) => ({ name, ...counts }));
    grouped.push({ by, groups: listed.sort((a, b) => order?.(a.name, b.name) ?? b.films - a.films) });
  }
  return grouped;
}

interface Grouping {
  by: "view" | "sex" | "age";
  column: LabelColumn;
  /** The group of a cell; blank where it says none. */
  nameOf: (cell: string) => string;
  /** Of the groups' names, where they have one. */
  order?: (a: string, b: string) => number;
}

/** By what films can be grouped: what of view, sex and age the labels know. */
export function listGroupings(index: FilmIndex): Grouping[] {
  const { projection, view, sex, age } = index.labels;
  const asWritten = (cell: string) => cell;
  const groupings: (Omit<Grouping, "column"> & { column: LabelColumn | null })[] = [
    { by: "view", column: projection ?? view, nameOf: asWritten },
    { by: "sex", column: sex, nameOf: asWritten },
    { by: "age", column: age, nameOf: bandOf, order: byAge },
  ];
  return groupings.flatMap(({ column, ...more }) => (column ? { column, ...more } : []));
}

/** Labelled films, and positive ones among them, by the column's codes. */
function countCodes(column: LabelColumn, labels: RowLabels, { train, valid }: Split) {
  const counts = column.values.map(() => ({ films: 0, positives: 0 }));
  for (const rows of [train, valid]) {
    for (const row of rows) {
      const label = labels.codes[row] ?? 2;
      const count = counts[column.codes[row] ?? 0];
      if (!count || label > 1) continue;
      count.films++;
      count.positives += label;
    }
  }
  return counts;
}

/** "40 to 59", and blank for what is no age: CheXpert writes 0 where it does not know. */
function bandOf(age: string): string {
  const years = Number(age);
  if (!(years > 0 && years < 130)) return "";
  const end = AGE_ENDS.find((limit) => years < limit);
  const start = AGE_ENDS.findLast((limit) => years >= limit) ?? 0;
  if (end === undefined) return `${start} and over`;
  return start === 0 ? `under ${end}` : `${start} to ${end - 1}`;
}

function byAge(a: string, b: string): number {
  const startOf = (name: string) => (name === "unknown" ? Infinity : name.startsWith("under") ? 0 : Number.parseInt(name, 10));
  return startOf(a) - startOf(b);
}

/** Patients by how many labelled films they have; steps that no patient falls into are left out. */
export function countPatients(index: FilmIndex, { train, valid }: Split): PatientCount[] {
  const films = new Uint32Array(index.patients.length);
  for (const rows of [train, valid]) for (const row of rows) films[index.patientOfRow[row] ?? 0]! += 1;
  const most = films.reduce((a, b) => Math.max(a, b), 0);
  const counts = [...PATIENT_STEPS, Infinity].map((to, i) => ({
    from: (PATIENT_STEPS[i - 1] ?? 0) + 1,
    to: Math.min(to, most),
    patients: 0,
  }));
  for (const count of films) {
    const step = counts.find(({ from, to }) => count >= from && count <= to);
    if (step) step.patients++;
  }
  return counts.filter(({ patients }) => patients > 0);
}
