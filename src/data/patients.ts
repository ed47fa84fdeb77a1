// Says which films are the same patient's. The split rests on it; nothing else does.
import type { LabelColumn } from "./labelFiles/labelCsv";
import type { Layout } from "./labelFiles/layout";

export interface PatientGroups {
  /** An index into `patients` for each row. */
  patientOfRow: Uint32Array;
  /** Sorted. */
  patients: string[];
  /** Patients of the label CSV's rows that have a film. */
  trainPatients: number;
  notes: string[];
}

/**
 * From the path (`patient00001`), as CheXpert writes it, else from a patient column, else each film for itself.
 * Rows [0, trainRows) are the label CSV's.
 */
export function groupPatients(layout: Layout, filmOfRow: Int32Array, trainRows: number, films: string[]): PatientGroups {
  const notes: string[] = [];
  const inPath = layout.path.values.map((path) => /patient[ _-]?(\d+)/i.exec(path)?.[1]);
  const column: LabelColumn = inPath.some((id) => id !== undefined) ? layout.path : (layout.patient ?? layout.path);
  const ids = column === layout.path ? inPath : column.values.map((value) => value || undefined);
  const rows = filmOfRow.length;
  const keyOfCode = new Map<number, string>();
  const keys: string[] = [];
  let alone = 0;
  for (let row = 0; row < rows; row++) {
    const code = column.codes[row] ?? 0;
    const film = filmOfRow[row] ?? -1;
    const id = ids[code];
    if (id === undefined && film >= 0) alone++;
    // A row with neither patient nor film is never used; it shares the empty key.
    const key = id === undefined ? (films[film] ?? "") : (keyOfCode.get(code) ?? `patient${id}`);
    if (id !== undefined) keyOfCode.set(code, key);
    keys.push(key);
  }
  const patients = [...new Set(keys)].sort();
  const numbers = new Map(patients.map((key, i) => [key, i]));
  const patientOfRow = Uint32Array.from(keys, (key) => numbers.get(key) ?? 0);
  if (column === layout.patient) notes.push(`Patients are told apart by the column “${column.name}”.`);
  if (alone > 0) {
    notes.push(
      `Films that name no patient, neither in their path nor in a column: ${alone}. Each counts as a patient of its own, so that films of one patient may fall on both sides of the split.`,
    );
  }
  notes.push(...describeShared(patientOfRow, filmOfRow, trainRows));
  const trainPatients = new Set<number>();
  for (let row = 0; row < trainRows; row++) if ((filmOfRow[row] ?? -1) >= 0) trainPatients.add(patientOfRow[row] ?? 0);
  return { patientOfRow, patients, trainPatients: trainPatients.size, notes };
}

/** Patients that the label CSV and the dataset's own validation CSV share. */
function describeShared(patientOfRow: Uint32Array, filmOfRow: Int32Array, trainRows: number): string[] {
  const inValidation = new Set<number>();
  for (let row = trainRows; row < patientOfRow.length; row++) {
    if ((filmOfRow[row] ?? -1) >= 0) inValidation.add(patientOfRow[row] ?? 0);
  }
  const shared = new Set<number>();
  let rows = 0;
  for (let row = 0; row < trainRows; row++) {
    const patient = patientOfRow[row] ?? 0;
    if ((filmOfRow[row] ?? -1) < 0 || !inValidation.has(patient)) continue;
    shared.add(patient);
    rows++;
  }
  if (rows === 0) return [];
  return [
    `Patients in both the training and the validation CSV: ${shared.size}. With the dataset's own validation their training films (${rows}) are left out.`,
  ];
}
