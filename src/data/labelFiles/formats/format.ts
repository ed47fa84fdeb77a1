// What a label format is: how its files are recognised among others, and what they are read into. The formats are beside this file.
import type { ColumnMapping, FileFormat } from "../../../protocol/dataset";
import type { LabelColumn } from "../columns";
import type { FileReport, LabelFile, LabelHead } from "../csvTable";
import type { TargetColumn } from "../findings";

/** Rows of any format: one a film. */
export interface FilmRows {
  rows: number;
  /** The film of each row as the labels write it: a path, a file name, or an id. */
  path: LabelColumn;
  /** True where `path` is a name without its extension, so that the film's file may have any. */
  pathIsId: boolean;
  patient: LabelColumn | null;
  study: LabelColumn | null;
  /** Frontal, Lateral or Other. */
  view: LabelColumn | null;
  /** AP, PA and what else the labels write. */
  projection: LabelColumn | null;
  sex: LabelColumn | null;
  /** In whole years. */
  age: LabelColumn | null;
  /** Columns that can be a target, findings first. */
  labels: TargetColumn[];
  /** 0 for training, 1 for the dataset's own validation, 2 for its own test; null where it has no split of its own. */
  part: Uint8Array | null;
  /** Rows of the files that name films: `rows`, those merged into an earlier row's film, and those left out, which `notes` explain. */
  rowsRead: number;
  rowsMerged: number;
  rowsLeftOut: number;
  files: FileReport[];
  /** How the columns were understood, where names leave a choice: what a person may correct. */
  mapping: ColumnMapping | null;
  notes: string[];
}

export interface Recognition {
  /** Why, in a sentence that names files and columns. */
  reason: string;
  /** The files it is read from, the one that names films first. */
  files: LabelFile[];
  /** @throws LabError badCsv, noUsableColumn */
  read(onRows: (rows: number) => void): Promise<FilmRows>;
}

export interface Format {
  id: FileFormat;
  /** As its makers call it. */
  name: string;
  /** What its files have to hold, to follow "needs". */
  needs: string;
  /** Null where the files are not in this format. `mapping` overrules what columns are taken for, where a format lets it. */
  recognise(heads: LabelHead[], lists: LabelFile[], mapping?: ColumnMapping): Recognition | null;
}

/** What a format has read; what it does not have is null or none. */
export function makeFilmRows(read: Partial<FilmRows> & Pick<FilmRows, "path" | "labels" | "rowsRead" | "files">): FilmRows {
  return {
    rows: read.path.codes.length,
    pathIsId: false,
    patient: null,
    study: null,
    view: null,
    projection: null,
    sex: null,
    age: null,
    part: null,
    rowsMerged: 0,
    rowsLeftOut: 0,
    mapping: null,
    notes: [],
    ...read,
  };
}
