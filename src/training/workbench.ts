// What every job of the training worker needs: the GPU, a network on it, films, weights. Runs no job itself.
import type { OpenedGpu } from "../nn/backend";
import type { Engine, EngineOptions, NamedArrays } from "../nn/engine";
import { type Adapter, chooseBudget, findLargestPass, forecastMemory } from "../nn/forecast";
import type { readArchitecture, readWeights, writeWeights } from "../nn/weights";
import type { PreparedPart, PreparedSample } from "../protocol/dataset";
import { LabError } from "../protocol/labError";
import type { Architecture, EngineName, TrialSettings } from "../protocol/settings";
import type { AdapterReport, Forecast, TrainPhase, WeightsChoice } from "../protocol/training";
import type { CheckpointStore } from "../storage/checkpoints";
import type { FilmReader } from "../storage/filmStore";
import type { TrialStore } from "../storage/trials";
import type { FilmSource } from "./batches";
import { createPace } from "./pace";

/** The outside world, so that tests may bring their own. */
export interface Tools {
  openGpu(options: { allowSoftware: boolean }): Promise<OpenedGpu>;
  createEngine(name: EngineName, options: EngineOptions, seed: number): Engine;
  openFilms(store: string): Promise<FilmReader>;
  readArchitecture: typeof readArchitecture;
  readWeights: typeof readWeights;
  writeWeights: typeof writeWeights;
  trials: TrialStore;
  checkpoints: CheckpointStore;
  /** Runs `work` while no other tab runs the same trial. @throws LabError badSettings where one does */
  holdTrial<Result>(id: number, work: () => Promise<Result>): Promise<Result>;
  versions: Record<string, string>;
  now(): number;
}

export interface Bench {
  engine: Engine;
  adapter: AdapterReport;
  source(part: PreparedPart): FilmSource;
  /** Takes the memory for training and compiles for the card. @throws LabError outOfGpuMemory with a smaller setting to try */
  compile(): Promise<void>;
  /** Throws what the GPU failed with, if it has: nothing read back from it since can be trusted. */
  assertGpu(): Promise<void>;
}

export interface Workbench {
  openAdapter(allowSoftware: boolean): Promise<AdapterReport>;
  /** Null for the stock engine. */
  forecast(settings: TrialSettings): Promise<Forecast | null>;
  /** Lends a network for one job and takes it back however the job ends; a GPU failure ends the job at once. */
  lend<Result>(
    settings: TrialSettings,
    sample: PreparedSample,
    onPhase: (phase: TrainPhase, detail: string) => void,
    use: (bench: Bench) => Promise<Result>,
  ): Promise<Result>;
  /** The chosen weights, or null for those the seed gives. @throws LabError weightsUnreadable, weightsMismatch, checkpointDamaged */
  loadWeights(choice: WeightsChoice, arch: Architecture): Promise<NamedArrays | null>;
}

/** What else to try where the card has too little memory; any other error as it is. */
function proposeSmaller(error: unknown, { batchSize, filmsPerPass, imageSize }: TrialSettings): unknown {
  if (!(error instanceof LabError) || error.code !== "outOfGpuMemory") return error;
  const half = Math.floor((filmsPerPass || batchSize) / 2);
  const way =
    half >= 2
      ? `Set Films per pass to ${half}, which keeps the Batch size of ${batchSize}, or Image size below ${imageSize}.`
      : `Set Image size below ${imageSize}, or choose a smaller Architecture.`;
  return new LabError("outOfGpuMemory", `${error.message} ${way}`, half >= 2 ? "Films per pass" : "Image size");
}

const TIMED_STEPS = 9;

const stepKey = ({ engine, arch, imageSize, batchSize, filmsPerPass, activations }: TrialSettings) =>
  [engine, arch, imageSize, batchSize, filmsPerPass, activations].join(" ");

/** What a person is told before the first step. */
const COMPILING = "Compiling for this graphics card; the first step takes longer than those after it.";

export function createWorkbench(tools: Tools): Workbench {
  let opened: OpenedGpu | null = null;
  let softwareAllowed = false;

  /** Milliseconds of the last steps, by what decides them. */
  const stepTimes = new Map<string, number[]>();

  function chooseOptions(settings: TrialSettings, adapter: Adapter): EngineOptions {
    const { arch, activations, filmsPerPass, gpuBudgetMiB } = settings;
    const budgetBytes = chooseBudget(adapter, gpuBudgetMiB);
    return { arch, classes: 1, positiveWeight: 1, activations, filmsPerPass, budgetBytes };
  }

  function timed(engine: Engine, settings: TrialSettings): Engine {
    const times: number[] = [];
    let steps = 0;
    return {
      ...engine,
      async trainStep(...args) {
        const begun = tools.now();
        const loss = await engine.trainStep(...args);
        // The first step may still compile.
        if (steps++ > 0) times.push(tools.now() - begun);
        if (times.length > TIMED_STEPS) times.shift();
        stepTimes.set(stepKey(settings), times);
        return loss;
      },
    };
  }

  async function openGpu(): Promise<OpenedGpu> {
    if (opened) return opened;
    const gpu = await tools.openGpu({ allowSoftware: softwareAllowed });
    opened = gpu;
    // A failed device stays failed: the next job opens another.
    gpu.failed.catch(() => {
      opened = null;
    });
    return gpu;
  }

  return {
    async openAdapter(allowSoftware) {
      softwareAllowed ||= allowSoftware;
      return (await openGpu()).report;
    },

    async forecast(settings) {
      if (settings.engine === "stock") return null;
      const { report } = await openGpu();
      const options = chooseOptions(settings, report);
      const { batchSize: count, imageSize: size } = settings;
      const { gpuBytes, parts } = forecastMemory(options, { count, size }, report);
      const budgetBytes = options.budgetBytes ?? 0;
      const largestPass = findLargestPass(options, size, report, budgetBytes);
      const times = stepTimes.get(stepKey(settings))?.toSorted((a, b) => a - b) ?? [];
      return { gpuBytes, parts, budgetBytes, largestPass, msPerStep: times[Math.floor(times.length / 2)] ?? null };
    },

    async lend(settings, sample, onPhase, use) {
      onPhase("opening", "Opening the graphics card.");
      const gpu = await openGpu();
      const reader = await tools.openFilms(sample.store);
      const { positiveWeight } = sample.summary;
      const engine = tools.createEngine(
        settings.engine,
        { ...chooseOptions(settings, gpu.report), positiveWeight },
        settings.seed,
      );
      const source = (part: PreparedPart): FilmSource => ({ part, imageSize: reader.imageSize, read: reader.read });
      const assertGpu = () => Promise.race([gpu.failed, Promise.resolve()]);
      const compile = async () => {
        onPhase("compiling", COMPILING);
        const due = createPace(tools.now);
        const shape = { count: settings.batchSize, size: settings.imageSize };
        try {
          await engine.prepare(shape, (done, total) => {
            if (due()) onPhase("compiling", `Compiling for this graphics card: ${done} of ${total} programs.`);
          });
        } catch (error) {
          throw proposeSmaller(error, settings);
        }
      };
      try {
        return await Promise.race([
          gpu.failed,
          use({ engine: timed(engine, settings), adapter: gpu.report, source, compile, assertGpu }),
        ]);
      } finally {
        engine.dispose();
      }
    },

    async loadWeights(choice, arch) {
      switch (choice.kind) {
        case "fresh":
          return null;
        case "file":
          return readOneTarget(tools, choice.bytes, arch, choice.name).model;
        case "trial": {
          const trial = await tools.trials.read(choice.trialId);
          if (trial.settings.arch !== arch) {
            const message = `Trial ${trial.id} trained ${trial.settings.arch}; its weights do not fit ${arch}. Set Architecture to ${trial.settings.arch}.`;
            throw new LabError("weightsMismatch", message, "Architecture");
          }
          const checkpoint = await tools.checkpoints.read(trial, choice.which);
          if (!checkpoint) throw noCheckpoint(trial.id);
          return checkpoint.model;
        }
      }
    },
  };
}

/** Reads a weights file and checks that it is of one target, as all that the lab trains. */
export function readOneTarget(tools: Tools, bytes: ArrayBuffer, arch: Architecture, source: string) {
  const { model, info } = tools.readWeights(bytes, arch, source);
  const { length } = info.classes;
  if (length !== 1) {
    const message = `${source} has ${length} outputs, where the lab trains one target at a time. Choose weights of one target.`;
    throw new LabError("weightsMismatch", message, "classifier.weight");
  }
  return { model, info };
}

export function noCheckpoint(trialId: number): LabError {
  return new LabError(
    "weightsUnreadable",
    `Trial ${trialId} has no checkpoint yet, so it has no weights. Train it first.`,
    `trial-${trialId}`,
  );
}
