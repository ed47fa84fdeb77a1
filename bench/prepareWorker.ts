// In the browser: prepares a folder's films as the dataset worker does, into a store of its own. Measures one run.
import * as Comlink from "comlink";
import { readBatches } from "../src/data/films/filmBatch";
import { connectFilmWorker, type FilmWorker } from "../src/data/films/filmWorker";
import { prepareFilms } from "../src/data/films/prepareFilms";
import { createFolderReader } from "../src/data/folder/createFolderReader";
import type { FolderReader } from "../src/data/folder/folder";
import type { FolderSource } from "../src/protocol/dataset";
import { DEFAULT_SETTINGS, type PreparationSettings, preparationOf } from "../src/protocol/settings";
import { openFilmReader } from "../src/storage/filmReader";
import { openFilmWriter } from "../src/storage/filmWriter";

export interface PrepareRun {
  films: number;
  failed: number;
  /** From the first film's file to the last film written and flushed. */
  ms: number;
  /** Films read back a second, as training reads them: some at a time, in no order. */
  readPerSecond: number;
}

const createWorker = () =>
  connectFilmWorker(new Worker(new URL("../src/workers/film.worker.ts", import.meta.url), { type: "module" }));

/** Films that each worker has prepared when the clock starts, as pillowPrepare.py's processes have: their code is loaded and compiled. */
const WARM_UP_FILMS = 8;

async function startWorker(folder: FolderReader, paths: string[], preparation: PreparationSettings): Promise<FilmWorker> {
  const worker = createWorker();
  for await (const batch of readBatches(folder, paths.slice(0, WARM_UP_FILMS), () => {})) {
    await worker.prepareFilms(batch, preparation, new ArrayBuffer(batch.paths.length * preparation.imageSize ** 2));
  }
  return worker;
}

const BATCH_FILMS = 16;
const BATCHES = 100;

async function timeReading(films: number): Promise<number> {
  const reader = await openFilmReader("bench");
  const started = performance.now();
  for (let batch = 0; batch < BATCHES; batch++) {
    await reader.read(Uint32Array.from({ length: BATCH_FILMS }, () => Math.floor(Math.random() * films)));
  }
  reader.close();
  return (BATCHES * BATCH_FILMS * 1000) / (performance.now() - started);
}

const api = {
  /** @param held that the store holds the films of the run before, though nothing is known of their files: they are read and hashed */
  async run(
    source: FolderSource,
    openFile: (place: number) => Promise<Blob>,
    paths: string[],
    imageSize: number,
    workers: number,
    held: boolean,
  ): Promise<PrepareRun> {
    const root = await navigator.storage.getDirectory();
    if (!held) await root.removeEntry("films", { recursive: true }).catch(() => {});
    const folder = createFolderReader(source, openFile);
    // As the lab does when it opens a folder of this size.
    for await (const _ of folder.list());
    const preparation = preparationOf({ ...DEFAULT_SETTINGS, imageSize });
    const started = await Promise.all(Array.from({ length: workers }, () => startWorker(folder, paths, preparation)));
    const writer = await openFilmWriter("bench", imageSize);
    const startedAt = performance.now();
    const failed = await prepareFilms({
      paths,
      folder,
      preparation,
      workers,
      createWorker: () => started.pop() ?? createWorker(),
      signal: new AbortController().signal,
      isHeld: (sha256) => writer.films.has(sha256),
      keep: async ({ sha256, prepared }) => {
        if (prepared) await writer.append({ film: sha256, grading: prepared.grading }, prepared.pixels);
      },
      onFilms: () => {},
    });
    writer.close();
    const ms = performance.now() - startedAt;
    const readPerSecond = await timeReading(writer.films.size);
    return { films: paths.length - failed.length, failed: failed.length, ms, readPerSecond };
  },
};

export type PrepareWorker = typeof api;

Comlink.expose(api);
