// Fills what the labels do not know of patient, study, view, sex and age from the films' own DICOM headers. It decodes no film.
import { LabError } from "../protocol/labError";
import type { FilmFacts } from "./films/film";
import type { FolderReader } from "./folder/folder";
import { isFilmFile } from "./folder/folderFiles";
import { columnOf } from "./labelFiles/columns";
import { FILM_EXTENSION, readView } from "./labelFiles/formats/cells";
import type { FilmRows } from "./labelFiles/formats/format";

/** Waiting for the browser, mostly. */
const FILES_IN_FLIGHT = 32;
/** Headers end long before; a longer one says nothing. */
const HEAD_BYTES = 2 ** 16;
const DICOM_NAME = /\.(dcm|dicom)$/i;

/**
 * The rows with the columns that they lack, where some of their films are DICOM files; else the rows as they are. A film whose header
 * cannot be read leaves its cells blank.
 * @param filmOfRow film of each row by its place in `films`, or -1
 */
export async function addDicomFacts(
  folder: FolderReader,
  rows: FilmRows,
  films: string[],
  filmOfRow: Int32Array,
  onProgress: (done: number, total: number) => void,
): Promise<FilmRows> {
  const { patient, study, projection, sex, age } = rows;
  if (patient && study && projection && sex && age) return rows;
  const places = [...new Set(filmOfRow)].filter((film) => mayBeDicom(films[film] ?? ""));
  if (places.length === 0) return rows;
  const facts = await readAll(folder, films, places, onProgress);
  const column = (name: string, cellOf: (facts: FilmFacts) => string | number | null) =>
    columnOf(
      name,
      Array.from(filmOfRow, (film) => {
        const known = facts.get(film);
        return known ? String(cellOf(known) ?? "") : "";
      }),
    );
  const filled = {
    patient: patient ?? column("Patient ID", (film) => film.patient),
    study: study ?? column("Study", (film) => film.study),
    projection: projection ?? column("View Position", (film) => film.view),
    sex: sex ?? column("Patient Sex", (film) => film.sex),
    age: age ?? column("Patient Age", (film) => film.age),
  };
  const names = Object.entries(filled)
    .filter(([role, { values }]) => rows[role as keyof typeof filled] === null && values.length > 1)
    .map(([, { name }]) => name);
  if (names.length === 0) return rows;
  const note = `What the labels do not say is read from the films' DICOM headers: ${names.join(", ")}.`;
  return { ...rows, ...filled, view: rows.view ?? readView(filled.projection), notes: [...rows.notes, note] };
}

/** By its name, or as archives export them without an extension. */
function mayBeDicom(path: string): boolean {
  return DICOM_NAME.test(path) || (isFilmFile(path) && !FILM_EXTENSION.test(path));
}

async function readAll(
  folder: FolderReader,
  films: string[],
  places: number[],
  onProgress: (done: number, total: number) => void,
): Promise<Map<number, FilmFacts>> {
  const { readDicomFacts } = await import("./films/dicom/dicom");
  const facts = new Map<number, FilmFacts>();
  const waiting = places.toReversed();
  let done = 0;
  const readNext = async () => {
    for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
      const head = await readHead(folder, films[place] ?? "");
      const known = head && readDicomFacts(head);
      if (known) facts.set(place, known);
      onProgress(++done, places.length);
    }
  };
  await Promise.all(Array.from({ length: FILES_IN_FLIGHT }, readNext));
  return facts;
}

/** Null where the file cannot be opened: preparing will say why. */
async function readHead(folder: FolderReader, path: string): Promise<Uint8Array | null> {
  try {
    return new Uint8Array(await (await folder.read(path)).slice(0, HEAD_BYTES).arrayBuffer());
  } catch (error) {
    if (error instanceof LabError && error.code === "filmUnreadable") return null;
    if (error instanceof DOMException) return null;
    throw error;
  }
}
