// A reader for a folder, wherever it comes from: a handle, a list of files, or drawn films.
import type { FolderSource } from "../../protocol/dataset";
import { createDrawnFolder } from "../drawn/drawnFilms";
import type { FolderReader } from "./folder";
import { readHandle } from "./folderHandle";
import { readList } from "./folderList";

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
