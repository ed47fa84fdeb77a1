// What the lab asks of a folder, whatever it comes from: a list of its files and a file by its path. It does not know what a CSV or a film is.
import type { FolderSource } from "../protocol/dataset";
import { createDrawnFolder } from "./drawn/drawnFilms";
import { readHandle } from "./folderHandle";
import { readList } from "./folderList";

export interface FolderReader {
  name: string;
  /** True where all paths are known, so that listing costs nothing. */
  isKnown: boolean;
  /** The files, those nearest the top first; a large folder need not be listed to its end. Hidden files are passed over. */
  list(): AsyncGenerator<Listed>;
  /** Whether there is such a file, without opening it. */
  has(path: string): Promise<boolean>;
  /** @throws LabError filmUnreadable where the file is gone or may not be read */
  read(path: string): Promise<Blob>;
}

/** A piece of a listing. */
export interface Listed {
  /** Paths with "/" and without the folder's own name. */
  files: string[];
  /** Folders that were met in it. */
  folders: string[];
  /** Folders that may not be listed, each with the reason. */
  unlisted: string[];
  /** True where all files that lie as deep as these are listed now. */
  endsLevel: boolean;
}

/** @param openFile gives the file at a place of a source's list */
export function createFolderReader(source: FolderSource, openFile: (place: number) => Promise<Blob>): FolderReader {
  switch (source.kind) {
    case "handle":
      return readHandle(source.name, source.handle);
    case "files":
      return readList(source.name, readLines(source.paths), openFile);
    case "drawn":
      return createDrawnFolder(source);
  }
}

function readLines(pieces: Uint8Array[]): string[] {
  const decoder = new TextDecoder();
  return pieces.flatMap((piece) => decoder.decode(piece).split("\n"));
}
