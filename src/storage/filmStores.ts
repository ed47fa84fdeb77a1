// The sets of prepared films that are kept: what each takes, and how it goes. It reads no film.
import { FOLDER, INDEX, isNotFound, openRoot, parseLine, toStorageError } from "./filmLayout";
import { withoutFilms } from "./filmLock";
import type { StoreDirectory } from "./storeDirectory";

export interface KeptFilms {
  store: string;
  /** 0 where it holds no films yet. */
  imageSize: number;
  films: number;
  bytes: number;
}

/** The largest first. @throws LabError storageFailed */
export async function listFilmStores(root?: StoreDirectory): Promise<KeptFilms[]> {
  try {
    const folder = await openFolder(root);
    const kept: KeptFilms[] = [];
    if (folder) for await (const store of folder.keys()) kept.push(await measure(await folder.getDirectoryHandle(store), store));
    return kept.sort((a, b) => b.bytes - a.bytes);
  } catch (error) {
    throw toStorageError(error);
  }
}

/** @throws LabError badSettings where it is in use, storageFailed */
export function removeFilmStore(store: string, root?: StoreDirectory): Promise<void> {
  return withoutFilms(store, async () => {
    try {
      const folder = await openFolder(root);
      // First what says which films it holds: what a crash leaves behind then holds none.
      const directory = await folder?.getDirectoryHandle(store);
      await directory?.removeEntry(INDEX).catch(passOver);
      await folder?.removeEntry(store, { recursive: true });
    } catch (error) {
      if (!isNotFound(error)) throw toStorageError(error);
    }
  });
}

async function openFolder(root?: StoreDirectory): Promise<StoreDirectory | null> {
  try {
    return await (root ?? (await openRoot())).getDirectoryHandle(FOLDER);
  } catch (error) {
    passOver(error);
    return null;
  }
}

/** What is gone already need not go. */
function passOver(error: unknown): void {
  if (!isNotFound(error)) throw error;
}

async function measure(directory: StoreDirectory, store: string): Promise<KeptFilms> {
  let [bytes, packed, imageSize] = [0, 0, 0];
  for await (const name of directory.keys()) {
    const file = await (await directory.getFileHandle(name)).getFile();
    bytes += file.size;
    if (name === INDEX) imageSize = parseLine((await file.slice(0, 200).text()).split("\n")[0] ?? "").imageSize ?? 0;
    else packed += file.size;
  }
  return { store, imageSize, films: imageSize === 0 ? 0 : Math.floor(packed / imageSize ** 2), bytes };
}
