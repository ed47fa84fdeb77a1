// What the labels say of films besides the findings: whose they are, and of those of validation in which groups a network is to be looked at.
import type { FilmFacts, FilmGroups } from "../protocol/dataset";
import { packKeys } from "../storage/filmKeys";
import { sha256 } from "../storage/sha256";
import type { FilmIndex } from "./filmIndex";
import { listGroupings, MOST_GROUPS } from "./groups";
import { cellOf, columnKey } from "./labelFiles/columns";

/**
 * Groupings in which all films are of one group are left out: they tell nothing.
 * @param targets names of columns
 */
export function describeFilms(index: FilmIndex, rows: Uint32Array, targets: readonly string[]): FilmFacts {
  const columns = listGroupings(index).map(({ by, column, nameOf, order }) => {
    const name = (row: number) => nameOf(cellOf(column, row)) || "unknown";
    return group(by, Array.from(rows, name), order);
  });
  const patients = rows.map((row) => index.patientOfRow[row] ?? 0);
  const paths = Array.from(rows, (row) => cellOf(index.labels.path, row));
  const source = group("source", nameSources(paths, patients));
  return {
    patients,
    groups: [...columns, source].flatMap((one) => one ?? []),
    blanks: markBlanks(index, rows, targets),
  };
}

/** The patients of these rows whom the labels name, each once: [patients, FILM_KEY_BYTES]. */
export async function packPatients({ labels: { patient } }: FilmIndex, rows: Uint32Array): Promise<Uint8Array> {
  if (!patient) return packKeys([]);
  const names = new Set(Array.from(rows, (row) => cellOf(patient, row)));
  names.delete("");
  const encoder = new TextEncoder();
  return packKeys(await Promise.all([...names].map((name) => sha256(encoder.encode(name)))));
}

function markBlanks({ labels: { labels } }: FilmIndex, rows: Uint32Array, targets: readonly string[]): Uint8Array {
  const columns = targets.map((target) => labels.find(({ name }) => columnKey(name) === columnKey(target)));
  return Uint8Array.from({ length: rows.length * columns.length }, (_, at) => {
    const column = columns[at % columns.length];
    return column && cellOf(column, rows[Math.floor(at / columns.length)] ?? 0) === "" ? 1 : 0;
  });
}

function group(by: FilmGroups["by"], names: string[], order?: (a: string, b: string) => number): FilmGroups | null {
  const distinct = [...new Set(names)];
  if (distinct.length < 2 || distinct.length > MOST_GROUPS) return null;
  if (order) distinct.sort(order);
  return { by, names: distinct, codes: Uint8Array.from(names, (name) => distinct.indexOf(name)) };
}

/**
 * Of each path the first folder in which the paths differ, as that of a hospital in a folder of several. "" where there is none, or where
 * such a folder is one patient's.
 */
function nameSources(paths: string[], patients: Uint32Array): string[] {
  const folders = paths.map((path) => path.split("/").slice(0, -1));
  const deepest = folders.reduce((most, { length }) => Math.max(most, length), 0);
  for (let depth = 0; depth < deepest; depth++) {
    const names = folders.map((path) => path[depth] ?? "");
    if (names.every((name) => name === names[0])) continue;
    const patientsOf = new Map<string, Set<number>>();
    for (const [film, name] of names.entries()) {
      patientsOf.set(name, (patientsOf.get(name) ?? new Set()).add(patients[film] ?? 0));
    }
    return [...patientsOf.values()].every(({ size }) => size > 1) ? names : paths.map(() => "");
  }
  return paths.map(() => "");
}
