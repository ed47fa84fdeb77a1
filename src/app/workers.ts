// The workers of the lab, as typed handles that outlive the workers themselves. It knows nothing of what they do.
import * as Comlink from "comlink";
import type { DatasetApi } from "../protocol/dataset";
import type { CheckApi } from "../protocol/gpuCheck";
import { LabError, registerLabErrors } from "../protocol/labError";
import { isLifeline } from "../protocol/lifeline";
import type { StatisticsApi } from "../protocol/statistics";
import type { TrainApi } from "../protocol/training";
import { supervise } from "./supervise";

export interface Workers {
  dataset: Comlink.Remote<DatasetApi>;
  training: Comlink.Remote<TrainApi>;
  statistics: Comlink.Remote<StatisticsApi>;
}

export interface WorkerLosses {
  /** Another worker stands in the lost one's place, and knows nothing of what the lost one held. `freed`: of its locks. */
  onLost(worker: keyof Workers, freed: Promise<void>): void;
  onUnusable(error: LabError): void;
}

export function connectWorkers({ onLost, onUnusable }: WorkerLosses): Workers {
  registerLabErrors(Comlink.transferHandlers as Map<string, unknown>);
  return {
    dataset: supervise<DatasetApi>({
      name: "dataset",
      create: () => new Worker(new URL("../workers/dataset.worker.ts", import.meta.url), { type: "module", name: "dataset" }),
      onLost: (freed) => onLost("dataset", freed),
      onUnusable,
    }),
    training: supervise<TrainApi>({
      name: "training",
      create: () => new Worker(new URL("../workers/train.worker.ts", import.meta.url), { type: "module", name: "training" }),
      onLost: (freed) => onLost("training", freed),
      onUnusable,
    }),
    statistics: supervise<StatisticsApi>({
      name: "statistics",
      create: () =>
        new Worker(new URL("../workers/statistics.worker.ts", import.meta.url), { type: "module", name: "statistics" }),
      onLost: (freed) => onLost("statistics", freed),
      onUnusable,
    }),
  };
}

export interface CheckWorker extends CheckApi {
  /** Ends it, and gives back all that it holds of the graphics card. */
  end(): void;
}

/** A worker for one check of the graphics card. A check that is left open where it fails or is ended throws LabError workerLost. */
export function startCheckWorker(): CheckWorker {
  const worker = new Worker(new URL("../workers/check.worker.ts", import.meta.url), { type: "module", name: "check" });
  const api = Comlink.wrap<CheckApi>(worker);
  const lost = new Promise<never>((_, reject) => {
    const lose = (why: string) =>
      reject(new LabError("workerLost", `The check of the graphics card broke off (${why}). Reload the page and try again.`));
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      lose(event.message || "its script could not be loaded");
    });
    worker.addEventListener("message", ({ data }) => {
      if (isLifeline(data)) void navigator.locks.request(data.lifeline, () => lose("its worker was ended"));
    });
  });
  lost.catch(() => {});
  return { check: (scope, port) => Promise.race([api.check(scope, port), lost]), end: () => worker.terminate() };
}
