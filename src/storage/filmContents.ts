// Which content each file of a folder had when it was last read, by path, size and date: so that a film is found prepared without reading it again. It holds no pixels.
import type { StoreAccess, StoreDirectory } from "./storeDirectory";

// contents/<folder>.jsonl   {"path":...,"size":...,"modified":...,"film":...} a file, film being its SHA-256; later lines stand for earlier ones

const DIRECTORY = "contents";
/** Lines are written so many at a time: a tab that is closed loses no more. */
const LINES_WAITING = 256;

export interface FileStamp {
  path: string;
  /** Bytes. */
  size: number;
  /** Milliseconds since 1970, as the file system says. */
  modified: number;
}

/** Nothing here fails for want of a disk: what cannot be kept or read only costs reading the film again. */
export interface FilmContents {
  /** Whether a file of this path was ever read, whatever its size and date. */
  has(path: string): boolean;
  /** SHA-256 of the file's bytes, in hex; undefined where it is not known, or has another size or date than when it was read. */
  find(stamp: FileStamp): string | undefined;
  note(stamp: FileStamp, film: string): void;
  close(): void;
}

type Entry = FileStamp & { film: string };

/** @param folder the folder's name: what it holds is told apart by path, size and date */
export async function openFilmContents(folder: string, root?: StoreDirectory): Promise<FilmContents> {
  try {
    const storage: StoreDirectory = root ?? (await navigator.storage.getDirectory());
    const directory = await storage.getDirectoryHandle(DIRECTORY, { create: true });
    const handle = await directory.getFileHandle(`${encodeURIComponent(folder).slice(0, 200)}.jsonl`, { create: true });
    const text = await (await handle.getFile()).text();
    // Another tab may have it open: then nothing is written here.
    const access = await handle.createSyncAccessHandle?.().catch(() => null);
    return createContents(readEntries(text), new TextEncoder().encode(text).length, access ?? null);
  } catch (error) {
    if (error instanceof DOMException) return createContents(new Map(), 0, null);
    throw error;
  }
}

function createContents(entries: Map<string, Entry>, bytes: number, file: StoreAccess | null): FilmContents {
  let access = file;
  let end = bytes;
  let waiting: Entry[] = [];
  const write = () => {
    // A line of its own, should the last one be torn.
    const lines = new TextEncoder().encode(waiting.map((entry) => `\n${JSON.stringify(entry)}`).join(""));
    waiting = [];
    try {
      end += access?.write(lines, { at: end }) ?? 0;
      access?.flush();
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      access?.close();
      access = null;
    }
  };
  return {
    has: (path) => entries.has(path),
    find: ({ path, size, modified }) => {
      const entry = entries.get(path);
      return entry?.size === size && entry.modified === modified ? entry.film : undefined;
    },
    note: (stamp, film) => {
      const entry = { ...stamp, film };
      entries.set(stamp.path, entry);
      waiting.push(entry);
      if (waiting.length >= LINES_WAITING) write();
    },
    close: () => {
      write();
      access?.close();
      access = null;
    },
  };
}

function readEntries(text: string): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  for (const line of text.split("\n")) {
    const entry = parseEntry(line);
    if (entry) entries.set(entry.path, entry);
  }
  return entries;
}

/** Null for a line that was torn or is of another version. */
function parseEntry(line: string): Entry | null {
  try {
    const { path, size, modified, film } = (JSON.parse(line) ?? {}) as Partial<Entry>;
    return path && film && size !== undefined && modified !== undefined ? { path, size, modified, film } : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
