// How far a folder has been listed: as deep as its label files lie, and no further than is worth it. It does not know what a CSV is.
import type { FolderReader, Listed } from "./folder";

export interface Listing {
  /** All that was listed so far. */
  readonly files: string[];
  readonly folders: string[];
  /** Folders that could not be, each with the reason. */
  readonly unlisted: string[];
  /** True once there is nothing more to list. */
  readonly complete: boolean;
  /** The files that lie one level deeper than those so far; null where there are none. */
  goDeeper(): Promise<string[] | null>;
  /** Lists on until the end or until there are more than `most` entries in all; true where the end was reached. */
  goOn(most: number): Promise<boolean>;
}

/** @param onCount told how many files there are so far */
export function startListing(folder: FolderReader, onCount: (files: number) => void): Listing {
  const pieces = folder.list();
  const files: string[] = [];
  const folders: string[] = [];
  const unlisted: string[] = [];
  let complete = false;
  const listPiece = async (): Promise<Listed | null> => {
    const { done, value } = await pieces.next();
    if (done) {
      complete = true;
      return null;
    }
    for (const file of value.files) files.push(file);
    for (const path of value.folders) folders.push(path);
    for (const path of value.unlisted) unlisted.push(path);
    onCount(files.length);
    return value;
  };
  return {
    files,
    folders,
    unlisted,
    get complete() {
      return complete;
    },
    async goDeeper() {
      const from = files.length;
      let piece = await listPiece();
      if (!piece) return null;
      while (piece && !piece.endsLevel) piece = await listPiece();
      return files.slice(from);
    },
    async goOn(most) {
      while (files.length + folders.length <= most) if (!(await listPiece())) return true;
      return false;
    },
  };
}
