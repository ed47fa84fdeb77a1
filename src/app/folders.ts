// Turns what a person dropped or chose into a source the dataset worker can read. Reads no film.
import type { FolderSource } from "../protocol/dataset";
import { LabError } from "../protocol/labError";
import { isLabelFileName } from "../protocol/labelFileName";
import { isWeightsFileName } from "../protocol/weightsFileName";
import { yieldToPage } from "./yieldToPage";

export interface ChosenFolder {
  source: FolderSource;
  /** The file at a place of the source's list. */
  openFile(place: number): Promise<File>;
}

export interface Dropped {
  /** Listing it may take a while where the browser gives no handle. */
  folder: { name: string; find(): Promise<ChosenFolder> } | null;
  /** One CSV, or the several that belong together. */
  labelFiles: File[];
  weights: File | null;
  /** A recipe, or what was downloaded of a trial. */
  json: File | null;
  /** A whole trial that was exported. */
  trial: File | null;
  /** Names of files that are none of these. */
  unknown: string[];
}

/** Not yet in TypeScript's DOM library. */
type DroppedItem = DataTransferItem & { getAsFileSystemHandle?: () => Promise<FileSystemHandle | null> };

const isTrial = (file: File) => /\.roentgen$/i.test(file.name);
const isJson = (file: File) => /\.json$/i.test(file.name);

/** Between two looks at the clock; the browser makes a file's object when it is first looked at. */
const FILES_AT_ONCE = 200;
const LONGEST_TURN_MS = 8;

/**
 * From `<input webkitdirectory>`: every file's path begins with the folder's own name, which is taken off. A list of 200,000 files takes
 * some 0.3 s to read, in turns so short that the page stays at hand.
 */
export async function sourceFromFiles(files: FileList): Promise<ChosenFolder> {
  const name = files[0]?.webkitRelativePath.split("/")[0] || "folder";
  // A list of their own: the input empties its own when it is clicked again.
  const kept: File[] = [];
  const paths = await listPaths(files.length, (place) => {
    const file = files[place];
    if (!file) throw new RangeError(`There is no file ${place} in the list.`);
    kept.push(file);
    return file.webkitRelativePath.slice(file.webkitRelativePath.indexOf("/") + 1) || file.name;
  });
  const openFile = async (place: number) =>
    kept[place] ?? Promise.reject(new RangeError(`There is no file ${place} in the list.`));
  return { source: { kind: "files", name, paths }, openFile };
}

async function listPaths(count: number, pathOf: (place: number) => string): Promise<Uint8Array<ArrayBuffer>[]> {
  const encoder = new TextEncoder();
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let turnBegan = performance.now();
  for (let from = 0; from < count; from += FILES_AT_ONCE) {
    const lines = Array.from({ length: Math.min(FILES_AT_ONCE, count - from) }, (_, i) => pathOf(from + i));
    pieces.push(encoder.encode(lines.join("\n")));
    if (performance.now() - turnBegan < LONGEST_TURN_MS) continue;
    await yieldToPage();
    turnBegan = performance.now();
  }
  return pieces;
}

/**
 * Sorts a drop into folder, label files, weights, recipe or downloaded trial, and exported trial. Handles are asked for before the first await, as browsers require.
 * @throws LabError badSettings where the drop holds none of these
 */
export async function readDrop(data: DataTransfer): Promise<Dropped> {
  const items: DroppedItem[] = Array.from(data.items).filter((item) => item.kind === "file");
  const handles = items.map((item) => item.getAsFileSystemHandle?.() ?? null);
  const entries = items.map((item) => item.webkitGetAsEntry());
  const files = items.map((item) => item.getAsFile());

  const dropped: Dropped = { folder: null, labelFiles: [], weights: null, json: null, trial: null, unknown: [] };
  const folders: NonNullable<Dropped["folder"]>[] = [];
  for (const [i, pending] of handles.entries()) {
    const handle = await pending;
    const entry = entries[i];
    const file = files[i];
    if (handle?.kind === "directory") {
      folders.push({ name: handle.name, find: async () => sourceFromHandle(handle as FileSystemDirectoryHandle) });
    } else if (entry?.isDirectory) {
      folders.push({ name: entry.name, find: () => sourceFromEntry(entry as FileSystemDirectoryEntry) });
    } else if (file && isWeightsFileName(file.name)) {
      dropped.weights = file;
    } else if (file && isTrial(file)) {
      dropped.trial = file;
    } else if (file && isJson(file)) {
      dropped.json = file;
    } else if (file && isLabelFileName(file.name)) {
      dropped.labelFiles.push(file);
    } else if (file) dropped.unknown.push(file.name);
  }
  if (folders.length > 1) {
    const names = folders.map(({ name }) => name).join(", ");
    throw new LabError("badSettings", `Several folders were dropped: ${names}. Drop the one folder that holds them.`, names);
  }
  dropped.folder = folders[0] ?? null;
  if (!dropped.folder && dropped.labelFiles.length === 0 && !dropped.weights && !dropped.json && !dropped.trial) {
    throw new LabError("badSettings", describeUnknown(dropped.unknown), dropped.unknown[0]);
  }
  return dropped;
}

export function describeUnknown(names: string[]): string {
  const what = names.length > 0 ? `“${names.slice(0, 3).join("”, “")}” is not` : "What was dropped is not";
  return `${what} something the lab can use. Drop the folder that holds the films and their label CSV, a weights file (.safetensors, .pth), a recipe, or a trial that was downloaded or exported.`;
}

export function sourceFromHandle(handle: FileSystemDirectoryHandle): ChosenFolder {
  return {
    source: { kind: "handle", name: handle.name, handle },
    openFile: (place) => Promise.reject(new RangeError(`A folder's handle has no list, and so no file ${place}.`)),
  };
}

/** In browsers without handles: the folder is walked. */
async function sourceFromEntry(entry: FileSystemDirectoryEntry): Promise<ChosenFolder> {
  const files = await listEntry(entry, "");
  const paths = await listPaths(files.length, (place) => files[place]?.path ?? "");
  const openFile = (place: number) =>
    new Promise<File>((resolve, reject) =>
      files[place] ? files[place].entry.file(resolve, reject) : reject(new RangeError(`There is no file ${place} in the list.`)),
    );
  return { source: { kind: "files", name: entry.name, paths }, openFile };
}

interface EnteredFile {
  path: string;
  entry: FileSystemFileEntry;
}

async function listEntry(directory: FileSystemDirectoryEntry, prefix: string): Promise<EnteredFile[]> {
  const reader = directory.createReader();
  const files: EnteredFile[] = [];
  for (;;) {
    const entries = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (entries.length === 0) return files;
    for (const entry of entries) {
      const path = prefix + entry.name;
      if (entry.isDirectory) for (const file of await listEntry(entry as FileSystemDirectoryEntry, `${path}/`)) files.push(file);
      else files.push({ path, entry: entry as FileSystemFileEntry });
    }
  }
}
