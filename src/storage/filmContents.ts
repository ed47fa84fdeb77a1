// What the files of a folder held when they were last read, by path, size and date: so that a film is found prepared without reading it again. It holds no pixels.
import type { StoreDirectory } from "./storeDirectory";

// contents/<folder>.jsonl   {"path":...,"size":...,"modified":...,"film":...,"grading":...} a file; later lines stand for earlier ones

const DIRECTORY = "contents";

export interface FileStamp {
  path: string;
  /** Bytes. */
  size: number;
  /** Milliseconds since 1970, as the file system says. */
  modified: number;
}

export interface FilmContent {
  /** SHA-256 of the file's bytes, in hex. */
  film: string;
  /** How its samples became bytes. */
  grading: string;
}

export interface FilmContents {
  /** Whether a file of this path was ever read, whatever its size and date. */
  has(path: string): boolean;
  /** Undefined where the file is not known, or has another size or date than when it was read. */
  find(stamp: FileStamp): FilmContent | undefined;
  note(stamp: FileStamp, content: FilmContent): void;
  /** Writes what was noted since. A disk that is full only costs reading again: what cannot be kept is passed over. */
  save(): Promise<void>;
}

type Entry = FileStamp & FilmContent;

/** @param folder the folder's name: what it holds is told apart by path, size and date */
export async function openFilmContents(folder: string, root?: StoreDirectory): Promise<FilmContents> {
  const storage: StoreDirectory = root ?? (await navigator.storage.getDirectory());
  const directory = await storage.getDirectoryHandle(DIRECTORY, { create: true });
  const handle = await directory.getFileHandle(`${encodeURIComponent(folder).slice(0, 200)}.jsonl`, { create: true });
  const text = await (await handle.getFile()).text();
  const entries = new Map<string, Entry>();
  for (const line of text.split("\n")) {
    const entry = parseEntry(line);
    if (entry) entries.set(entry.path, entry);
  }
  let changed = false;
  return {
    has: (path) => entries.has(path),
    find: ({ path, size, modified }) => {
      const entry = entries.get(path);
      return entry?.size === size && entry.modified === modified ? entry : undefined;
    },
    note: (stamp, content) => {
      entries.set(stamp.path, { ...stamp, ...content });
      changed = true;
    },
    async save() {
      if (!changed) return;
      const access = await handle.createSyncAccessHandle?.().catch(() => null);
      if (!access) return;
      try {
        const bytes = new TextEncoder().encode([...entries.values()].map((entry) => `${JSON.stringify(entry)}\n`).join(""));
        if (access.write(bytes, { at: 0 }) === bytes.length) access.truncate(bytes.length);
        else access.truncate(0);
        access.flush();
        changed = false;
      } catch (error) {
        if (!(error instanceof DOMException)) throw error;
      } finally {
        access.close();
      }
    },
  };
}

/** Null for a line that was torn or is of another version. */
function parseEntry(line: string): Entry | null {
  try {
    const { path, size, modified, film, grading } = (JSON.parse(line) ?? {}) as Partial<Entry>;
    if (!path || !film || size === undefined || modified === undefined) return null;
    return { path, size, modified, film, grading: grading ?? "" };
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
