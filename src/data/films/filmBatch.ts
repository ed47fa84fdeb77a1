// Films that travel together, and how their files are read and told apart by what they hold. It decodes nothing.
import { LabError } from "../../protocol/labError";
import { sha256 } from "../../storage/sha256";
import type { FolderReader } from "../folder/folder";
import type { GradedBy } from "./shapeFilm";

/** A message each way, and a read of the disk, cost as much as a small film: so films go by the batch. */
export interface FilmBatch {
  paths: string[];
  /** The files' bytes one after another, and how many each has. */
  bytes: Uint8Array<ArrayBuffer>;
  lengths: number[];
}

/** What became of a film: its pixels are in their place, or there is a reason why not. */
export type FilmOutcome = { grading: GradedBy } | { reason: string };

export interface ReadFilm {
  path: string;
  /** As it was read. */
  file: Blob;
  /** Of the file's bytes, in hex. */
  sha256: string;
}

export interface ReadBatch extends FilmBatch {
  /** One for each of `paths`. */
  films: ReadFilm[];
}

/** Each film's bytes, where they lie. */
export function filesOf({ bytes, lengths }: FilmBatch): Uint8Array<ArrayBuffer>[] {
  let end = 0;
  return lengths.map((length) => {
    end += length;
    return bytes.subarray(end - length, end);
  });
}

/** The batch itself where it has none of `films`. */
export function withoutFilms(batch: ReadBatch, films: Set<ReadFilm>): ReadBatch {
  if (films.size === 0) return batch;
  const places = [...batch.films.keys()].filter((place) => !films.has(batch.films[place]!));
  const files = filesOf(batch);
  const lengths = places.map((place) => batch.lengths[place]!);
  const bytes = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0));
  const left = { paths: places.map((place) => batch.paths[place]!), bytes, lengths };
  for (const [at, file] of filesOf(left).entries()) file.set(files[places[at]!]!);
  return { ...left, films: places.map((place) => batch.films[place]!) };
}

const MOST_FILMS = 32;
const MOST_PIXELS = 2 ** 22;
/** Of all files of a batch, unless one is larger by itself. */
const MOST_BYTES = 2 ** 22;

/** As many as memory allows, in `batches` at the least where there are so many films: none of the workers is to be idle. */
export function filmsPerBatch(films: number, batches: number, imageSize: number): number {
  return Math.max(1, Math.min(MOST_FILMS, Math.floor(MOST_PIXELS / imageSize ** 2), Math.ceil(films / batches)));
}

interface OpenedFilm {
  path: string;
  file: Blob;
}

/** The films' files, in batches of bounded size. Those that cannot be read are told to `setAside`. */
export async function* readBatches(
  folder: FolderReader,
  paths: string[],
  setAside: (path: string, reason: string) => void,
): AsyncGenerator<ReadBatch> {
  const open = async (path: string): Promise<OpenedFilm[]> => {
    try {
      return [{ path, file: await folder.read(path) }];
    } catch (error) {
      if (!(error instanceof LabError) || error.code !== "filmUnreadable") throw error;
      setAside(path, error.message);
      return [];
    }
  };
  let batch: OpenedFilm[] = [];
  let bytes = 0;
  for (const film of (await Promise.all(paths.map(open))).flat()) {
    if (batch.length > 0 && bytes + film.file.size > MOST_BYTES) {
      yield* readTogether(batch, setAside);
      batch = [];
      bytes = 0;
    }
    batch.push(film);
    bytes += film.file.size;
  }
  if (batch.length > 0) yield* readTogether(batch, setAside);
}

/** As one blob, which browsers read at half of what the files cost by themselves; by themselves where that fails. */
async function* readTogether(films: OpenedFilm[], setAside: (path: string, reason: string) => void): AsyncGenerator<ReadBatch> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = new Uint8Array(await new Blob(films.map(({ file }) => file)).arrayBuffer());
  } catch (error) {
    const [film] = films;
    if (films.length > 1) for (const one of films) yield* readTogether([one], setAside);
    else if (film) setAside(film.path, `The file cannot be read (${error instanceof Error ? error.message : String(error)}).`);
    return;
  }
  const batch = { paths: films.map(({ path }) => path), bytes, lengths: films.map(({ file }) => file.size) };
  // On threads of the browser's own.
  const hashes = await Promise.all(filesOf(batch).map(sha256));
  yield { ...batch, films: films.map((film, at) => ({ ...film, sha256: hashes[at] ?? "" })) };
}
