// Says which films are the same patient's. The split rests on it; nothing else does.
import type { FilmRows } from "./labelFiles/formats/format";

export interface PatientGroups {
  /** Patient of each row, an index into `patients`. */
  patientOfRow: Uint32Array;
  /** Sorted, so that a patient's number does not depend on the order of the rows. */
  patients: string[];
  /** Rows with a film whose patient nobody names: each counts as a patient of its own. */
  rowsAlone: number;
}

/** By the labels' patients, else each film for itself. */
export function groupPatients({ patient, rows }: FilmRows, filmOfRow: Int32Array, films: string[]): PatientGroups {
  const known = new Set<string>();
  const usedCodes = new Uint8Array(patient?.values.length ?? 0);
  const named = new Uint8Array(rows);
  let rowsAlone = 0;
  for (let row = 0; row < rows; row++) {
    const code = patient?.codes[row] ?? 0;
    // A row with neither patient nor film is never used; it shares the empty key.
    if (code === 0) {
      const film = films[filmOfRow[row] ?? -1];
      if (film !== undefined) rowsAlone++;
      known.add(film ?? "");
    } else {
      named[row] = 1;
      usedCodes[code] = 1;
    }
  }
  patient?.values.forEach((value, code) => {
    if (usedCodes[code]) known.add(value);
  });
  const patients = [...known].sort();
  const places = new Map(patients.map((key, place) => [key, place]));
  const placeOfCode = Uint32Array.from(patient?.values ?? [], (value) => places.get(value) ?? 0);
  const patientOfRow = new Uint32Array(rows);
  for (let row = 0; row < rows; row++) {
    patientOfRow[row] = named[row]
      ? (placeOfCode[patient?.codes[row] ?? 0] ?? 0)
      : (places.get(films[filmOfRow[row] ?? -1] ?? "") ?? 0);
  }
  return { patientOfRow, patients, rowsAlone };
}
