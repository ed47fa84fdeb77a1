// Commands on the open folder: choose what to learn, look at films, prepare them. How it is opened is `folderCommands.ts`.
import * as Comlink from "comlink";
import type { PrepareEvent } from "../protocol/dataset";
import { type Failure, toFailure } from "../protocol/labError";
import { sampleSettingsOf, type TrialSettings } from "../protocol/settings";
import { announce, type LabContext } from "./context";
import { describeCurve } from "./curveSettings";
import { formatFailedFilms } from "./downloads";
import { formatCount, formatPlural } from "./format";
import { EMPTY_FINDER, EMPTY_PREPARATION } from "./initialState";
import { type JobHandle, watchJob } from "./jobs";
import type { LabCommands } from "./labCommands";
import { saveText } from "./save";

export type SampleCommands = Pick<
  LabCommands,
  | "changeSettings"
  | "countWall"
  | "readWall"
  | "thumbnail"
  | "previewFilms"
  | "prepareFilms"
  | "stopPreparing"
  | "downloadFailedFilms"
> & {
  /** Counts what the present settings make of the open folder. */
  countSample(): Promise<void>;
  /** Stops preparing, if that is under way, and waits for its end. */
  endPreparing(): Promise<void>;
};

/** What decides which films are sampled and how they are prepared, to be compared. More epochs are more films only where these are fresh. */
function describeSampling(settings: TrialSettings): string {
  return JSON.stringify({ ...sampleSettingsOf(settings), epochs: settings.freshEachEpoch ? settings.epochs : null });
}

export function createSampleCommands(context: LabContext): SampleCommands {
  const { store, workers, patch, say } = context;
  let preparing: JobHandle | null = null;
  /** Counts overlap where settings change quickly: only the newest may land. */
  let newestCount = 0;

  function fail(failure: Failure): void {
    patch("preparation", { state: "failed", failure });
    say(failure.message);
    announce({ type: "failed", ...failure });
  }

  async function countSample(): Promise<void> {
    const turn = ++newestCount;
    const wasRefused = store.getState().sample.failure !== null;
    patch("sample", { state: "counting", failure: null });
    try {
      const summary = await workers.dataset.describeSample(store.getState().settings);
      if (turn !== newestCount) return;
      patch("sample", { state: "ready", summary, failure: summary.problem });
      if (wasRefused && !summary.problem) say(`${formatPlural(summary.kept, "film")} of this choice are kept.`);
      announce({ type: "counted", ...summary });
    } catch (error) {
      if (turn !== newestCount) return;
      const failure = toFailure(error);
      patch("sample", { state: "failed", failure });
      say(failure.message);
    }
  }

  function onPrepareEvent(event: PrepareEvent): void {
    switch (event.type) {
      case "prepareProgress":
        patch("preparation", { progress: event });
        break;
      case "finished": {
        patch("preparation", { state: "done", sample: event.sample, failed: event.failed });
        // Recounted without the films that were set aside.
        patch("sample", { summary: event.sample.summary });
        const setAside = event.failed.length > 0 ? `, ${formatPlural(event.failed.length, "film")} set aside` : "";
        say(`${formatPlural(event.sample.train.slots.length + event.sample.valid.slots.length, "film")} prepared${setAside}.`);
        announce({ type: "prepared", summary: event.sample.summary, failed: event.failed, reused: event.reused, ms: event.ms });
        break;
      }
      case "stopped":
        patch("preparation", { state: "stopped" });
        say(
          `Stopped after ${formatCount(event.done)} of ${formatPlural(event.total, "film")}. Prepare films goes on from there.`,
        );
        break;
      case "failed":
        fail(event);
        break;
    }
  }

  return {
    countSample,
    async endPreparing() {
      preparing?.send({ type: "stop" });
      await preparing?.done;
    },
    changeSettings(change) {
      const before = store.getState().settings;
      const settings = { ...before, ...change };
      store.setState({ settings });
      const sampleChanged = describeSampling(before) !== describeSampling(settings);
      if (sampleChanged) {
        preparing?.send({ type: "stop" });
        store.setState({ preparation: EMPTY_PREPARATION });
        patch("sample", { recipe: null });
        if (store.getState().dataset.state === "ready") void countSample();
      }
      if (sampleChanged || describeCurve(before) !== describeCurve(settings)) store.setState({ finder: EMPTY_FINDER });
    },
    countWall: (filter) => workers.dataset.countWall(store.getState().settings, filter),
    readWall: (filter, from, n) => workers.dataset.readWall(store.getState().settings, filter, from, n),
    thumbnail: (row, side) => workers.dataset.thumbnail(row, side),
    previewFilms: (settings, sample, epoch) => workers.training.previewFilms({ settings, sample, epoch }),

    async prepareFilms() {
      if (store.getState().preparation.state === "running") return;
      const { settings } = store.getState();
      store.setState({ preparation: { ...EMPTY_PREPARATION, state: "running" } });
      say("Preparing films.");
      context.askToPersist();
      const workerCount = Math.max(1, Math.min(8, navigator.hardwareConcurrency));
      const job = watchJob<PrepareEvent>(
        (port) => workers.dataset.prepare(settings, workerCount, Comlink.transfer(port, [port])),
        (event) => {
          // Settings changed under the job: what it says of the old ones is no longer shown.
          if (preparing === job && store.getState().preparation.state !== "idle") onPrepareEvent(event);
        },
      );
      preparing = job;
      await job.done;
      if (preparing === job) preparing = null;
      await context.measureDisk();
    },
    stopPreparing() {
      if (!preparing) return;
      patch("preparation", { state: "stopping" });
      preparing.send({ type: "stop" });
    },
    downloadFailedFilms() {
      saveText("films-set-aside.csv", formatFailedFilms(store.getState().preparation.failed), "text/csv");
    },
  };
}
