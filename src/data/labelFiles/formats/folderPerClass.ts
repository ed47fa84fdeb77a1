// Labels where there is no label file: a folder per class, perhaps below train, val and test. It reads no file.
import { columnOf } from "../columns";
import { listTargets, MOST_CHOICES } from "../findings";
import type { LabelledTable } from "../readLabels";
import { count } from "../wording";
import { readPatient } from "./cells";
import { makeFilmRows } from "./format";
import { noneIfTraining, readPart } from "./parts";

/** Folders called by a number, or by such a word and a number, hold what belongs together, not what looks alike. */
const NUMBERED = /^((p|pat|patient|person|subject|s|study|series|images?|img|batch|part|set|fold)[ _-]*\d+|\d{2,})$/i;

/** Segmentation masks, which some collections keep beside the films. */
const MASK = /(^|\/)masks?\//i;

interface ClassFolders {
  /** Names of the classes' folders. */
  classes: string[];
  /** How many folders deep they lie. */
  level: number;
  /** How deep the folders of parts lie, or -1. */
  partLevel: number;
}

/** Null where the films, given by their paths, do not lie in 2 to 50 folders of classes. */
export function labelsFromFolders(files: string[]): LabelledTable | null {
  const films = files.filter((file) => !MASK.test(file));
  const folders = films.map((film) => film.split("/").slice(0, -1));
  const found = findClasses(folders);
  if (!found) return null;
  const { classes, level, partLevel } = found;
  const inside = (film: string) => film.split("/").length - 1 > level;
  const sorted = films.filter(inside);
  const folderAt = (film: string, depth: number) => film.split("/")[depth] ?? "";
  const path = columnOf("Path", sorted);
  const classOfFilm = columnOf(
    "Class",
    sorted.map((film) => folderAt(film, level)),
  );
  const part = noneIfTraining(
    Uint8Array.from(sorted, (film) => (partLevel < 0 ? 0 : (readPart(folderAt(film, partLevel)) ?? 0))),
  );
  const labels = listTargets([classOfFilm], part);
  if (labels.length === 0) return null;
  const masks = files.length - films.length;
  const strays = films.length - sorted.length;
  const stray = films.find((film) => !inside(film));
  const names = classes.slice(0, 5).map((name) => `“${name}”`);
  return {
    ...makeFilmRows({
      path,
      patient: readPatient(path),
      labels,
      part,
      rowsRead: files.length,
      rowsLeftOut: masks + strays,
      files: [],
    }),
    format: "folderPerClass",
    reason: `There is no label file; the films lie in ${classes.length} folders, which are taken for their classes: ${names.join(", ")}${classes.length > 5 ? " and more" : ""}${partLevel < 0 ? "" : ", below folders for training, validation or test"}.`,
    alternatives: [],
    columns: [],
    notes: [
      ...(strays > 0
        ? [`Left out for lying outside the classes' folders: ${count(strays, "film", "films")}, such as ${stray}.`]
        : []),
      ...(masks > 0 ? [`Taken for no films, because they lie in folders called masks: ${count(masks, "file", "files")}.`] : []),
    ],
  };
}

/** The first level, counted from the top, on which the folders differ and are no parts. */
function findClasses(folders: string[][]): ClassFolders | null {
  const depth = folders.reduce((most, names) => Math.max(most, names.length), 0);
  let partLevel = -1;
  for (let level = 0; level < depth; level++) {
    const inside = folders.filter((names) => names.length > level);
    const classes = [...new Set(inside.map((names) => names[level] ?? ""))].sort();
    if (classes.every((name) => readPart(name) !== undefined)) {
      partLevel = level;
      continue;
    }
    if (classes.length === 1) continue;
    const areClasses = classes.length <= MOST_CHOICES && !classes.every((name) => NUMBERED.test(name));
    return areClasses && inside.length * 2 > folders.length ? { classes, level, partLevel } : null;
  }
  return null;
}
