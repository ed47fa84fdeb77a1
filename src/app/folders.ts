// Turns what a person dropped or chose into a source the dataset worker can read. Reads no film.
import type { FolderFile, FolderSource } from "../protocol/dataset";
import { LabError } from "../protocol/labError";

export interface Dropped {
  folder: FolderSource | null;
  csv: File | null;
  weights: File | null;
}

/** Not yet in TypeScript's DOM library. */
type DroppedItem = DataTransferItem & { getAsFileSystemHandle?: () => Promise<FileSystemHandle | null> };

const isCsv = (file: File) => /\.(csv|tsv|txt)$/i.test(file.name);
const isWeights = (file: File) => /\.safetensors$/i.test(file.name);

/** From `<input webkitdirectory>`: every file's path begins with the folder's own name, which is taken off. */
export function sourceFromFiles(files: FileList): FolderSource {
  const listed = Array.from(files);
  const name = listed[0]?.webkitRelativePath.split("/")[0] ?? "";
  return {
    kind: "files",
    name: name || "folder",
    files: listed.map((file) => ({ path: file.webkitRelativePath.split("/").slice(1).join("/") || file.name, file })),
  };
}

/**
 * Sorts a drop into folder, label CSV and weights. Handles are asked for before the first await, as browsers require.
 * @throws LabError badSettings where the drop holds none of the three
 */
export async function readDrop(data: DataTransfer): Promise<Dropped> {
  const items: DroppedItem[] = Array.from(data.items).filter((item) => item.kind === "file");
  const handles = items.map((item) => item.getAsFileSystemHandle?.() ?? null);
  const entries = items.map((item) => item.webkitGetAsEntry());
  const files = items.map((item) => item.getAsFile());

  const dropped: Dropped = { folder: null, csv: null, weights: null };
  for (const [i, pending] of handles.entries()) {
    const handle = await pending;
    const entry = entries[i];
    const file = files[i];
    if (handle?.kind === "directory") {
      dropped.folder = { kind: "handle", name: handle.name, handle: handle as FileSystemDirectoryHandle };
    } else if (entry?.isDirectory) {
      dropped.folder = { kind: "files", name: entry.name, files: await listEntry(entry as FileSystemDirectoryEntry, "") };
    } else if (file && isWeights(file)) {
      dropped.weights = file;
    } else if (file && isCsv(file)) {
      dropped.csv = file;
    }
  }
  if (!dropped.folder && !dropped.csv && !dropped.weights) {
    const names = files.map((file) => file?.name).filter(Boolean);
    throw new LabError(
      "badSettings",
      `${names.length > 0 ? `"${names.slice(0, 3).join('", "')}" is not` : "What was dropped is not"} something the lab can use. Drop the folder that holds the films and their label CSV, or a .safetensors weights file.`,
      names[0],
    );
  }
  return dropped;
}

/** Walks a dropped folder in browsers without handles. */
async function listEntry(directory: FileSystemDirectoryEntry, prefix: string): Promise<FolderFile[]> {
  const reader = directory.createReader();
  const files: FolderFile[] = [];
  for (;;) {
    const entries = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (entries.length === 0) return files;
    for (const entry of entries) {
      const path = prefix + entry.name;
      if (entry.isDirectory) {
        files.push(...(await listEntry(entry as FileSystemDirectoryEntry, `${path}/`)));
      } else {
        const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
        files.push({ path, file });
      }
    }
  }
}
