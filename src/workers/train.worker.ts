// Entry of the training worker: the session on the real GPU, films and stores. No logic.
import { version_core } from "@tensorflow/tfjs-core";
import { version as labVersion } from "../../package.json";
import { openWebGpu } from "../nn/backend";
import { createEngine } from "../nn/createEngine";
import { EXPORTS } from "../nn/exports/formats";
import { fitWeights, pickClasses } from "../nn/fitWeights";
import { readWeights, writeWeights } from "../nn/weights";
import { createCheckpointStore, openCheckpoints } from "../storage/checkpoints";
import { holdFilms } from "../storage/filmLock";
import { openFilmReader } from "../storage/filmReader";
import { listFilmStores, removeFilmStore } from "../storage/filmStores";
import { createTrialStore, holdTrial, openTrialStores } from "../storage/trials";
import { createSession } from "../training/session";
import { expose } from "./expose";

const trials = createTrialStore(openTrialStores());

expose(
  createSession({
    openGpu: openWebGpu,
    createEngine,
    openFilms: (reference) => holdFilms(reference, () => openFilmReader(reference)),
    films: { list: listFilmStores, remove: removeFilmStore },
    fitWeights,
    pickClasses,
    exports: EXPORTS,
    readWeights,
    writeWeights,
    trials,
    checkpoints: createCheckpointStore(openCheckpoints(), trials),
    holdTrial,
    versions: { lab: labVersion, tfjs: version_core, browser: navigator.userAgent },
    now: () => performance.now(),
  }),
);
