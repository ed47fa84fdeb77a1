// Chooses the label CSV among a folder's files, by name and by its columns. `filmIndex.ts` reads it.
import { LabError } from "../../protocol/labError";
import type { FolderReader } from "../folder";
import { type LabelTable, LabelTableBuilder } from "./labelCsv";
import { type Layout, recogniseLayout } from "./layout";

/** Of each CSV this much is read to judge it. */
const PEEK_BYTES = 2 ** 18;

export interface CsvChoice {
  path: string;
  file: Blob;
}

export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1).toLowerCase();
}

/** "3 .txt, 1 .pdf": what a folder holds instead of what was looked for. */
export function listKinds(files: string[]): string {
  const counts = new Map<string, number>();
  for (const path of files) {
    const kind = /\.[a-z0-9]{1,8}$/.exec(nameOf(path))?.[0] ?? "without an extension";
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const kinds = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 5);
  return `found: ${kinds.map(([kind, count]) => `${count} ${kind}`).join(", ")}`;
}

/** The CSV that looks most like a label CSV: CheXpert's findings before other columns, `train` before other names, near the top before deep. */
export async function findLabelCsv(folder: FolderReader, files: string[], films: number, notes: string[]): Promise<CsvChoice> {
  const paths = files.filter((path) => /\.csv$/i.test(path));
  if (paths.length === 0) {
    const kinds = films > 0 ? `${films} films and no .csv file` : listKinds(files);
    const message = `${folder.name} holds no label CSV (${kinds}). Put the CSV into the folder and drop it again, or drop the CSV on the page as well.`;
    throw new LabError("noCsv", message, folder.name);
  }
  const candidates = await Promise.all(paths.slice(0, 50).map((path) => judgeCsv(folder, path)));
  const usable = candidates
    .filter((candidate) => candidate.score > 0)
    .sort((a, b) => b.score - a.score || (a.path < b.path ? -1 : 1));
  const [chosen] = usable;
  if (!chosen) throw candidates[0]?.problem ?? new LabError("noUsableColumn", `${paths[0]} names no films.`, paths[0]);
  for (const { path, known } of candidates) {
    if (path === chosen.path || isOwnValidation(path, chosen.path)) continue;
    notes.push(
      known
        ? `${path} is passed over: the labels are taken from ${chosen.path}.`
        : `${path} is passed over: it is not in CheXpert's layout.`,
    );
  }
  return chosen;
}

interface JudgedCsv extends CsvChoice {
  /** 0 where it cannot be the label CSV. */
  score: number;
  known: boolean;
  problem: LabError | null;
}

async function judgeCsv(folder: FolderReader, path: string): Promise<JudgedCsv> {
  const file = await folder.read(path);
  const judged: JudgedCsv = { path, file, score: 0, known: false, problem: null };
  const builder = new LabelTableBuilder();
  try {
    await builder.append(file, path, undefined, PEEK_BYTES);
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    return { ...judged, problem: error };
  }
  const table = builder.build();
  const layout = recogniseLayout(table, path);
  if (!layout) return { ...judged, problem: noUsableColumn(path, table, null) };
  judged.known = layout.knownFindings > 0;
  const name = nameOf(path);
  const nameScore = name === "train.csv" ? 3 : /train/.test(name) ? 2 : /valid|val|test/.test(name) ? 0 : 1;
  judged.score = 1 + Math.min(layout.knownFindings, 14) * 1000 + nameScore * 100 - Math.min(path.split("/").length, 50);
  judged.score = Math.max(1, judged.score);
  return judged;
}

function isOwnValidation(path: string, csvPath: string): boolean {
  return folderOf(path) === folderOf(csvPath) && nameOf(path) === "valid.csv" && path !== csvPath;
}

/** `valid.csv` beside the label CSV, where it names films in the same column. */
export async function findOwnValidation(
  folder: FolderReader,
  files: string[],
  csvPath: string,
  notes: string[],
): Promise<CsvChoice | null> {
  const path = files.find((candidate) => isOwnValidation(candidate, csvPath));
  if (path === undefined) return null;
  const judged = await judgeCsv(folder, path);
  if (judged.score > 0) return judged;
  notes.push(`${path} is passed over: ${judged.problem?.message ?? "it names no films."}`);
  return null;
}

export function noUsableColumn(csvPath: string, table: LabelTable, layout: Layout | null): LabError {
  const names = table.columns.slice(0, 12).map((column) => `“${column.name}”`);
  const missing = layout
    ? "no column beside the film's name holds labels: 1, 0, -1 and blank, or 2 to 50 different values"
    : "no column holds the films' file names (such as patient00001/study1/view1_frontal.jpg)";
  const message = `${csvPath}: ${missing}. Its columns are ${names.join(", ")}${table.columns.length > 12 ? " and more" : ""}. Choose another label CSV.`;
  return new LabError("noUsableColumn", message, csvPath);
}
