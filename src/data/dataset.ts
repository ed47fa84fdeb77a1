// The dataset worker's API: one open folder, the plan for the settings last asked for, and at most one preparation job.
import * as Comlink from "comlink";
import type { DatasetApi, PrepareEvent, WallFilter } from "../protocol/dataset";
import { runJob } from "../protocol/job";
import { LabError } from "../protocol/labError";
import { type SampleSettings, samplingOf } from "../protocol/settings";
import { exportSample } from "./exportSample";
import type { FilmIndex } from "./filmIndex";
import type { FilmWorker } from "./films/filmWorker";
import { createThumbnails } from "./films/thumbnails";
import { createFolderReader } from "./folder/createFolderReader";
import type { FolderReader } from "./folder/folder";
import { indexFolder } from "./openDataset";
import { prepareSample } from "./prepare";
import { planSample, type SamplePlan } from "./sample";
import { describeFilm, drawThumbnail, listWall } from "./wall";

interface OpenDataset {
  folder: FolderReader;
  index: FilmIndex;
  /** SHA-256 of its files by path, as far as they were read, so that none is looked at twice while the folder is open. */
  contents: Map<string, string>;
}

interface RunningJob {
  stop: AbortController;
  ended: Promise<void>;
}

export function createDataset(createWorker: () => FilmWorker): DatasetApi {
  let open: OpenDataset | null = null;
  let plans = createPlanCache();
  const makeThumbnail = createThumbnails(createWorker);
  let job: RunningJob | null = null;
  let opening = new AbortController();

  const requireOpen = (): OpenDataset => {
    if (!open) throw new LabError("noFilms", "No dataset is open. Drop a folder of films first.");
    return open;
  };
  const stopJob = async () => {
    job?.stop.abort();
    await job?.ended;
  };
  return {
    open: async ({ source, labelFiles, choice }, onProgress, openFile) => {
      // A folder that is opened while another is read takes its place.
      opening.abort();
      const turn = new AbortController();
      opening = turn;
      await stopJob();
      open = null;
      const folder = createFolderReader(source, openFile);
      const index = await indexFolder(folder, labelFiles, choice, (progress) => {
        turn.signal.throwIfAborted();
        onProgress(progress);
      });
      turn.signal.throwIfAborted();
      open = { folder, index, contents: new Map() };
      plans = createPlanCache();
      return index.summary;
    },
    describeSample: async (settings) => plans.plan(requireOpen().index, settings).summary,
    exportSample: async (settings) => {
      const { index } = requireOpen();
      return exportSample(index, settings, plans.plan(index, settings));
    },
    countWall: async (settings, filter) => plans.wall(requireOpen().index, settings, filter).length,
    readWall: async (settings, filter, from, count) => {
      const { index } = requireOpen();
      const plan = plans.planOrNull(index, settings);
      const rows = plans.wall(index, settings, filter).subarray(from, from + count);
      return Array.from(rows, (row) => describeFilm(index, plan, row));
    },
    thumbnail: async (row, side) => {
      const { index, folder } = requireOpen();
      const path = index.films[index.filmOfRow[row] ?? -1];
      if (path === undefined) throw new LabError("filmUnreadable", `Row ${row} has no film.`, String(row));
      const bitmap = await drawThumbnail(makeThumbnail, await folder.read(path), path, side);
      return Comlink.transfer(bitmap, [bitmap]);
    },
    prepare: async (settings, workers, port) => {
      job?.stop.abort();
      const before = job?.ended;
      const stop = new AbortController();
      const ended = runJob<PrepareEvent>(port, async ({ emit, signal }) => {
        signal.addEventListener("abort", () => stop.abort());
        await before;
        const { index, folder, contents } = requireOpen();
        const plan = plans.plan(index, settings);
        return prepareSample({ index, folder, settings, plan, contents, workers, createWorker, signal: stop.signal, emit });
      });
      job = { stop, ended };
    },
  };
}

/** Labelling and splitting a large CSV takes a tenth of a second; the wall asks for the same settings again and again. */
function createPlanCache() {
  let planned: { key: string; plan: SamplePlan; walls: Map<WallFilter, Uint32Array> } | null = null;
  const lookUp = (index: FilmIndex, settings: SampleSettings) => {
    const key = JSON.stringify(samplingOf(settings));
    if (planned?.key !== key) planned = { key, plan: planSample(index, settings), walls: new Map() };
    return planned;
  };
  /** Null where the settings make no sample, such as without a positive value: the films can still be looked at. */
  const lookUpOrNull = (index: FilmIndex, settings: SampleSettings) => {
    try {
      return lookUp(index, settings);
    } catch (error) {
      if (error instanceof LabError && error.code === "badSettings") return null;
      throw error;
    }
  };
  return {
    plan: (index: FilmIndex, settings: SampleSettings): SamplePlan => lookUp(index, settings).plan,
    planOrNull: (index: FilmIndex, settings: SampleSettings): SamplePlan | null => lookUpOrNull(index, settings)?.plan ?? null,
    wall: (index: FilmIndex, settings: SampleSettings, filter: WallFilter): Uint32Array => {
      const found = lookUpOrNull(index, settings);
      if (!found) return listWall(index, null, filter);
      const { plan, walls } = found;
      const rows = walls.get(filter) ?? listWall(index, plan, filter);
      walls.set(filter, rows);
      return rows;
    },
  };
}
