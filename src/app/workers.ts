// The two workers of the lab, as typed handles. It creates them and says when one fails to load; it knows nothing of what they do.
import * as Comlink from "comlink";
import type { DatasetApi } from "../protocol/dataset";
import { registerLabErrors } from "../protocol/labError";
import type { TrainApi } from "../protocol/training";

export interface Workers {
  dataset: Comlink.Remote<DatasetApi>;
  training: Comlink.Remote<TrainApi>;
}

/** @param onCrash told the worker's name and the reason when a worker throws outside any call or cannot be loaded. */
export function connectWorkers(onCrash: (worker: string, reason: string) => void): Workers {
  registerLabErrors(Comlink.transferHandlers as Map<string, unknown>);
  const watch = (name: string, worker: Worker) => {
    worker.addEventListener("error", (event) => onCrash(name, event.message || "its script could not be loaded"));
    return worker;
  };
  const dataset = new Worker(new URL("../workers/dataset.worker.ts", import.meta.url), { type: "module", name: "dataset" });
  const training = new Worker(new URL("../workers/train.worker.ts", import.meta.url), { type: "module", name: "training" });
  return {
    dataset: Comlink.wrap<DatasetApi>(watch("dataset", dataset)),
    training: Comlink.wrap<TrainApi>(watch("training", training)),
  };
}
