// Reads prepared films by their slots. It writes none: see `filmWriter.ts`.
import type { PreparedPart } from "../protocol/dataset";
import { LabError } from "../protocol/labError";
import { findSlots } from "./filmKeys";
import { FOLDER, filmsPerPack, INDEX, isNotFound, openRoot, packName, parseLine, readIndex, toStorageError } from "./filmLayout";
import type { StoreAccess, StoreDirectory, StoreFile } from "./storeDirectory";

export interface FilmReader {
  imageSize: number;
  /**
   * Where the part's films lie now. Prepared anew they may lie elsewhere than when the part was made: they are found by what they hold.
   * @throws LabError filmsNotPrepared where one is not held any more
   */
  locate(part: PreparedPart): Promise<Uint32Array>;
  /** Films at `slots` in one buffer, [slots.length, imageSize, imageSize]. @throws LabError filmsNotPrepared */
  read(slots: Uint32Array): Promise<Uint8Array>;
  /** Lets go of the files. */
  close(): void;
}

/**
 * Opens a store for reading, by a writer's `reference` or, for whatever it holds now, by its name.
 * @throws LabError filmsNotPrepared where it is gone
 */
export async function openFilmReader(reference: string, root?: StoreDirectory): Promise<FilmReader> {
  const [store = "", slots] = reference.split("@");
  let directory: StoreDirectory;
  let header: ReturnType<typeof parseLine>;
  let index: Blob;
  try {
    directory = await (await (root ?? (await openRoot())).getDirectoryHandle(FOLDER)).getDirectoryHandle(store);
    index = await (await directory.getFileHandle(INDEX)).getFile();
    header = parseLine((await index.slice(0, 200).text()).split("\n")[0] ?? "");
  } catch (error) {
    throw isNotFound(error) ? notPrepared(store) : toStorageError(error);
  }
  const { imageSize } = header;
  if (imageSize === undefined) throw notPrepared(store);
  const isAsReferred = slots === undefined || header.slots === slots;
  let held: Promise<string[]> | null = null;
  const listHeld = () => {
    held ??= readIndex(directory, index, imageSize).then(({ films }) => films.map(({ film }) => film));
    return held;
  };
  const locate = async (part: PreparedPart): Promise<Uint32Array> => {
    if (isAsReferred) return part.slots;
    const found = part.films ? findSlots(part.films, await listHeld()) : [null];
    return Uint32Array.from(found, (slot) => {
      if (slot === null) throw notPrepared(store);
      return slot;
    });
  };
  return { ...createReader(directory, store, imageSize), locate };
}

/** A pack's films by their place in it. */
interface PackReader {
  read(place: number, out: Uint8Array<ArrayBuffer>): Promise<void> | void;
  close(): void;
}

function createReader(directory: StoreDirectory, store: string, imageSize: number): Omit<FilmReader, "locate"> {
  const slotBytes = imageSize * imageSize;
  const perPack = filmsPerPack(imageSize);
  const packs = new Map<number, Promise<PackReader>>();
  const openPack = (pack: number): Promise<PackReader> => {
    let reader = packs.get(pack);
    if (!reader) {
      reader = directory.getFileHandle(packName(pack)).then((file) => openPackReader(file, slotBytes, perPack));
      packs.set(pack, reader);
    }
    return reader;
  };
  const readSlot = async (slot: number, out: Uint8Array<ArrayBuffer>): Promise<void> => {
    const pack = Math.floor(slot / perPack);
    try {
      await (await openPack(pack)).read(slot % perPack, out);
    } catch {
      // A pack that was added to since it was opened is no longer what was opened.
      packs.delete(pack);
      await (await openPack(pack)).read(slot % perPack, out);
    }
  };
  return {
    imageSize,
    read: async (slots) => {
      const out = new Uint8Array(slots.length * slotBytes);
      const placeOf = (i: number) => out.subarray(i * slotBytes, (i + 1) * slotBytes);
      try {
        await Promise.all(Array.from(slots, (slot, i) => readSlot(slot, placeOf(i))));
      } catch (error) {
        throw isNotFound(error) ? notPrepared(store) : toStorageError(error);
      }
      return out;
    },
    close: () => {
      for (const pack of packs.values()) pack.then((reader) => reader.close()).catch(() => {});
      packs.clear();
    },
  };
}

/**
 * A full pack is never written again, so it is read where it lies; the last one, which a writer may add to, through a copy in memory. That
 * is some twenty times as fast as through blobs, which are left for browsers that open a file for one reader only.
 */
async function openPackReader(handle: StoreFile, slotBytes: number, perPack: number): Promise<PackReader> {
  const file = await handle.getFile();
  if (file.size < perPack * slotBytes) {
    const copy = new Uint8Array(await file.arrayBuffer());
    return {
      read: (place, out) => {
        const film = copy.subarray(place * slotBytes, (place + 1) * slotBytes);
        if (film.length !== slotBytes) throw shortRead();
        out.set(film);
      },
      close: () => {},
    };
  }
  const access = await openForReading(handle);
  if (access) {
    return {
      read: (place, out) => {
        if (access.read(out, { at: place * slotBytes }) !== slotBytes) throw shortRead();
      },
      close: () => access.close(),
    };
  }
  return {
    read: async (place, out) => {
      const bytes = new Uint8Array(await file.slice(place * slotBytes, (place + 1) * slotBytes).arrayBuffer());
      if (bytes.length !== slotBytes) throw shortRead();
      out.set(bytes);
    },
    close: () => {},
  };
}

/** Null where the browser would lock the file for this reader alone, or a writer or another reader has it locked. */
async function openForReading(handle: StoreFile): Promise<StoreAccess | null> {
  try {
    const access = await handle.createSyncAccessHandle?.({ mode: "read-only" });
    if (!access || access.mode === "read-only") return access ?? null;
    access.close();
    return null;
  } catch (error) {
    if (error instanceof DOMException && error.name === "NoModificationAllowedError") return null;
    throw error;
  }
}

const shortRead = () => new DOMException("short read", "NotFoundError");

function notPrepared(store: string): LabError {
  const message = `Prepared films are no longer in the browser's storage (${store}). Open the folder again, with the same Image size, and press “Prepare films”: then a trial goes on with Resume.`;
  return new LabError("filmsNotPrepared", message, store);
}
