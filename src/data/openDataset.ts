// From a folder to its film index: lists no deeper than it has to, finds and reads the label files, finds the films. It labels nothing: see `labels.ts`.
import type { LabelChoice, OpenProgress } from "../protocol/dataset";
import { LabError } from "../protocol/labError";
import { isLabelFileName } from "../protocol/labelFileName";
import { addDicomFacts } from "./dicomFacts";
import { type FilmIndex, joinFilms, type KnownFilms, listRowPaths, matchFilms } from "./filmIndex";
import type { FolderReader } from "./folder/folder";
import { isFilmFile } from "./folder/folderFiles";
import { type Listing, startListing } from "./folder/listing";
import { locateFilms } from "./folder/locate";
import type { LabelFile } from "./labelFiles/csvTable";
import { folderOf, nameOf } from "./labelFiles/formats/files";
import { labelsFromFolders } from "./labelFiles/formats/folderPerClass";
import type { FilmRows } from "./labelFiles/formats/format";
import { holdFindings, type LabelledTable, orderCandidates, readLabels } from "./labelFiles/readLabels";
import { summariseDataset } from "./summariseDataset";

/** Where the labels have more rows, the films are looked up instead of listed: a large folder takes a millisecond an entry. */
const ROWS_LISTED = 5_000;
/** With few rows, a folder of more entries than this is somebody's whole archive. */
const ENTRIES_LISTED = 20_000;
/** Text files beside the films that are looked into for labels. */
const MOST_CANDIDATES = 50;

/** @throws LabError emptyFolder, noCsv, badCsv, noUsableColumn, noFilms */
export async function indexFolder(
  folder: FolderReader,
  labelFiles: File[],
  choice: LabelChoice,
  onProgress: (progress: OpenProgress) => void,
): Promise<FilmIndex> {
  const started = performance.now();
  onProgress({ phase: "listing", done: 0 });
  const listing = startListing(folder, (done) => onProgress({ phase: "listing", done }));
  const onRows = (done: number) => onProgress({ phase: "labels", done });
  const labels = await findLabels(folder, listing, labelFiles, choice, onRows);
  onProgress({ phase: "matching", done: 0 });
  const rowPaths = listRowPaths(labels);
  const known = await findFilms(folder, listing, labels, rowPaths.paths);
  const films = "listed" in known ? known.listed : null;
  if (films?.length === 0) {
    const message = `${folder.name} holds ${describeFiles(labels)} but no films (${listKinds(listing.files)}). Drop the folder that holds the films as well.`;
    throw new LabError("noFilms", message, folder.name);
  }
  const matched = matchFilms(labels, rowPaths, known);
  if (!matched.filmOfRow.some((film) => film >= 0)) {
    throw new LabError("noFilms", explainNoMatch(folder, labels, rowPaths.paths[0] ?? "", films ?? []), labels.files[0]?.path);
  }
  const onHeader = (done: number, total: number) => onProgress({ phase: "headers", done, total });
  const complete = await addDicomFacts(folder, labels, matched.films, matched.filmOfRow, onHeader);
  const joined = await joinFilms(complete, matched);
  const { unlisted } = listing;
  const notes = [
    ...complete.notes,
    ...(unlisted.length > 0 ? [`Folders that could not be listed: ${unlisted.length}, the first is ${unlisted[0]}.`] : []),
  ];
  const ms = Math.round(performance.now() - started);
  return { ...joined, summary: summariseDataset(folder.name, { ...labels, ...complete, notes }, joined, known, ms) };
}

/** The label files nearest the top of the folder that can be read; those chosen by hand join them, and then the labels are read from these. */
async function findLabels(
  folder: FolderReader,
  listing: Listing,
  chosen: File[],
  choice: LabelChoice,
  onRows: (rows: number) => void,
): Promise<LabelledTable> {
  const { format, mapping } = choice;
  if (format === "folderPerClass") return readFolders(folder, listing, null, format);
  // Who chose files, or how they are read, did not mean the folders.
  const isTold = chosen.length > 0 || format !== undefined || mapping !== undefined;
  let refused: LabError | null = null;
  let problem: LabError | null = null;
  for (let files = await listing.goDeeper(); files; files = await listing.goDeeper()) {
    const candidates = files.filter(isLabelFileName);
    if (candidates.length === 0 && !(chosen.length > 0 && isFarEnough(files, listing))) continue;
    const looked = orderCandidates(candidates).slice(0, MOST_CANDIDATES);
    const found = await Promise.all(looked.map(async (path) => ({ path, file: await folder.read(path) })));
    const opened = joinChosen(chosen, found);
    try {
      const labels = await readLabels(opened, { format, mapping }, onRows);
      const unlooked = candidates.length - looked.length;
      const note = `Text files that were not looked into for labels: ${unlooked} of ${candidates.length}.`;
      return unlooked > 0 ? { ...labels, notes: [...labels.notes, note] } : labels;
    } catch (error) {
      if (!(error instanceof LabError) || error.code === "badCsv") throw error;
      // Nor are the folders meant where a table holds findings, though it names no films.
      if (isTold || (await holdFindings(opened))) refused ??= error;
      // Any text beside the films may be no table: nobody meant it for labels.
      else if (candidates.some((path) => !/\.txt$/i.test(path))) problem ??= error;
    }
  }
  if (refused) throw refused;
  return readFolders(folder, listing, problem);
}

/** Where films or other files lie, or a folder is large, no label files are looked for deeper to join those that were chosen. */
function isFarEnough(files: string[], { folders }: Listing): boolean {
  return files.length > 0 || folders.length > ENTRIES_LISTED;
}

/** Files chosen by hand and those of the folder; of the same name the chosen one, in the other's place. */
function joinChosen(chosen: File[], found: LabelFile[]): LabelFile[] {
  const isNamed = ({ path }: LabelFile, { name }: File) => nameOf(path) === name.toLowerCase();
  const placed = chosen.map((file) => {
    const path = found.find((other) => isNamed(other, file))?.path ?? file.name;
    return { path, file, isChosen: true };
  });
  return [...placed, ...found.filter((other) => !chosen.some((file) => isNamed(other, file)))];
}

/** A folder a class, where there is no label file; or none that can be used, for which `problem` says why. */
async function readFolders(
  folder: FolderReader,
  listing: Listing,
  problem: LabError | null,
  format?: "folderPerClass",
): Promise<LabelledTable> {
  await listing.goOn(Infinity);
  if (listing.files.length === 0) {
    const message = `${folder.name} holds no files. Drop the folder that holds the films and their label CSV.`;
    throw new LabError("emptyFolder", message, folder.name);
  }
  const films = listing.files.filter(isFilmFile);
  const byFolder = labelsFromFolders(films);
  if (byFolder) return problem ? { ...byFolder, notes: [...byFolder.notes, problem.message] } : byFolder;
  if (problem) throw problem;
  if (format) {
    const message = `${folder.name} cannot be read as a folder per class: its films do not lie in folders of classes. Sort them into a folder for each class, or choose another format.`;
    throw new LabError("noCsv", message, folder.name);
  }
  const kinds = films.length > 0 ? `${films.length} films and no .csv file` : listKinds(listing.files);
  const message = `${folder.name} holds no label CSV (${kinds}), and its films are not sorted into a folder per class. Put the CSV into the folder and drop it again, or drop the CSV on the page as well.`;
  throw new LabError("noCsv", message, folder.name);
}

async function findFilms(folder: FolderReader, listing: Listing, labels: FilmRows, paths: string[]): Promise<KnownFilms> {
  const locate = async () => {
    const beside = folderOf(labels.files[0]?.path ?? "");
    const bases = new Set(["", beside, ...listing.folders].map((path) => (path === "" ? "" : `${path}/`)));
    return locateFilms(folder, paths, [...bases], labels.pathIsId);
  };
  const isLarge = labels.rows > ROWS_LISTED && !folder.isKnown;
  if (isLarge && !listing.complete) {
    const located = await locate();
    if (located) return { located };
  }
  if (!(await listing.goOn(isLarge || folder.isKnown ? Infinity : ENTRIES_LISTED))) {
    const located = await locate();
    if (located) return { located };
    await listing.goOn(Infinity);
  }
  return { listed: listing.files.filter(isFilmFile) };
}

function explainNoMatch(folder: FolderReader, labels: FilmRows, path: string, films: string[]): string {
  const none = `None of the ${labels.rows} films that ${describeFiles(labels)} names is in ${folder.name}`;
  const alike = films.filter((film) => film === path || film.endsWith(`/${path}`));
  if (alike.length > 1) {
    return `${none}: “${path}” lies there ${alike.length} times (“${alike[0]}”, “${alike[1]}”), and nothing says which is meant. Write the folder into the labels, or drop a folder that holds each name once.`;
  }
  return `${none}: it names “${path}”, the folder holds “${films[0]}”. Drop the folder that holds the films under the names the labels give.`;
}

function describeFiles({ files }: FilmRows): string {
  return files.map(({ path }) => path).join(" and ");
}

/** "3 .txt, 1 .pdf": what a folder holds instead of what was looked for. */
function listKinds(files: string[]): string {
  const counts = new Map<string, number>();
  for (const path of files) {
    const kind = /\.[a-z0-9]{1,8}$/i.exec(path)?.[0].toLowerCase() ?? "without an extension";
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const kinds = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 5);
  return `found: ${kinds.map(([kind, count]) => `${count} ${kind}`).join(", ")}`;
}
