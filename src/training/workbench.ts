// What every job of the training worker needs: the GPU, a network on it, films, weights. Runs no job itself.
import type { OpenedGpu } from "../nn/backend";
import type { Engine, EngineOptions, EngineUse, OptimizerStep } from "../nn/engine";
import type { ExportModel } from "../nn/exports/formats";
import type { fitWeights, pickClasses } from "../nn/fitWeights";
import { type Adapter, chooseBottlenecks, findLargestPass, forecastMemory } from "../nn/forecast";
import type { readWeights, writeWeights } from "../nn/weights";
import { chooseBudget } from "../protocol/budget";
import type { PreparedPart, PreparedSample } from "../protocol/dataset";
import type { ExportFormat } from "../protocol/export";
import { LabError } from "../protocol/labError";
import { cutPasses, leastPass } from "../protocol/passes";
import { type EngineName, type TrialSettings, targetsOf } from "../protocol/settings";
import type { AdapterReport, Forecast, PhaseEvent } from "../protocol/training";
import type { CheckpointStore } from "../storage/checkpoints";
import type { FilmReader } from "../storage/filmReader";
import type { listFilmStores, removeFilmStore } from "../storage/filmStores";
import type { TrialStore } from "../storage/trials";
import type { FilmSource } from "./batches";
import { createPace } from "./pace";
import { Stopwatch } from "./stopwatch";

/** The outside world, so that tests may bring their own. */
export interface Tools {
  openGpu(options: { allowSoftware: boolean }): Promise<OpenedGpu>;
  createEngine(name: EngineName, options: EngineOptions, seed: number): Engine;
  openFilms(store: string): Promise<FilmReader>;
  readWeights: typeof readWeights;
  fitWeights: typeof fitWeights;
  pickClasses: typeof pickClasses;
  writeWeights: typeof writeWeights;
  exports: Record<ExportFormat, ExportModel>;
  trials: TrialStore;
  checkpoints: CheckpointStore;
  /** The sets of prepared films. */
  films: { list: typeof listFilmStores; remove: typeof removeFilmStore };
  /** Runs `work` while no other tab runs the same trial. @throws LabError badSettings where one does */
  holdTrial<Result>(id: number, work: () => Promise<Result>): Promise<Result>;
  versions: Record<string, string>;
  now(): number;
}

export interface Bench {
  engine: Engine;
  adapter: AdapterReport;
  /** @throws LabError filmsNotPrepared */
  source(part: PreparedPart): Promise<FilmSource>;
  /**
   * Compiles for the card what the use of the network needs; for training, whose `first` step is told, it takes the memory first.
   * @throws LabError outOfGpuMemory
   */
  compile(use: EngineUse, first?: OptimizerStep): Promise<void>;
  /** Throws what the GPU failed with, if it has: nothing read back from it since can be trusted. */
  assertGpu(): Promise<void>;
}

export interface Workbench {
  openAdapter(allowSoftware: boolean): Promise<AdapterReport>;
  /** Null for the stock engine. */
  forecast(settings: TrialSettings): Promise<Forecast | null>;
  /**
   * Lends a network for one job and takes it back however the job ends; a GPU failure ends the job at once.
   * @throws LabError deviceLost, outOfGpuMemory with what else to try: of a trial, what it can go on with
   */
  lend<Result>(
    settings: TrialSettings,
    sample: Pick<PreparedSample, "store" | "targets" | "summary">,
    onPhase: (phase: Omit<PhaseEvent, "type">) => void,
    use: (bench: Bench) => Promise<Result>,
    isTrial?: boolean,
  ): Promise<Result>;
}

/** Below this side of a film there is no DenseNet. */
const LEAST_SIZE = 32;

/** Fewer films a pass than the passes really have, none of them left too small; null where there is no fewer. */
function halvePass(settings: TrialSettings): number | null {
  const { batchSize, filmsPerPass } = settings;
  const half = Math.floor(Math.max(...cutPasses(batchSize, filmsPerPass)) / 2);
  return half >= 1 && Math.min(...cutPasses(batchSize, half)) >= leastPass(settings) ? half : null;
}

/** A budget in MiB with which bottlenecks are computed again that are kept now; null where it would change nothing. */
function chooseTighterBudget(options: EngineOptions, { batchSize: count, imageSize: size }: TrialSettings, adapter: Adapter) {
  const bytesOf = (bottlenecks: "keep" | "recompute") =>
    forecastMemory({ ...options, bottlenecks }, { count, size }, adapter).gpuBytes;
  const mib = Math.ceil(bytesOf("recompute") / 2 ** 20);
  const keeps = chooseBottlenecks(options, { count, size }, adapter);
  return keeps && mib * 2 ** 20 < bytesOf("keep") ? mib : null;
}

/**
 * What else to try where the card has too little memory; any other error as it is. A trial that goes on keeps all its settings but the
 * budget: with others it is another trial.
 */
function proposeSmaller(
  error: unknown,
  options: EngineOptions,
  settings: TrialSettings,
  adapter: Adapter,
  isTrial: boolean,
): unknown {
  if (!(error instanceof LabError) || error.code !== "outOfGpuMemory") return error;
  const { engine, batchSize, imageSize } = settings;
  const isStock = engine === "stock";
  const half = isStock ? null : halvePass(settings);
  const budget = isStock ? null : chooseTighterBudget(options, settings, adapter);
  const to = isTrial ? "" : "to ";
  const ways: [at: string, way: string][] = [];
  if (isStock) ways.push(["Engine", `Engine ${to}fused, which needs far less`]);
  if (half) ways.push(["Films per pass", `Films per pass ${to}${half}, which keeps the Batch size of ${batchSize}`]);
  if (!isStock && imageSize > LEAST_SIZE) ways.push(["Image size", `Image size below ${imageSize}`]);
  // Weights are of one architecture.
  const begin = `begin a new trial${ways.length > 0 ? ", from the weights of this one once it has a checkpoint," : ""} with`;
  if (ways.length === 0) ways.push(["Architecture", isTrial ? "a smaller Architecture" : "Architecture to a smaller one"]);
  const smaller = ways.map(([, way]) => way).join(", or ");
  const close = `${error.message} Close other programs that use it`;
  const tighter = budget ? `set GPU budget to ${budget}, with which bottlenecks are computed again instead of kept` : null;
  const message = isTrial
    ? `${close}${tighter ? `, or ${tighter}` : ""}, and resume. Or ${begin} ${smaller}.`
    : `${close}${tighter ? `, ${tighter}` : ""}, or set ${smaller}.`;
  return new LabError(error.code, message, ways[0]?.[0]);
}

const TOLD_WITHIN_MS = 250;

/** Work on a lost device fails in ways of its own, sometimes just before the loss itself is told. */
async function findCause({ failed }: OpenedGpu, error: unknown): Promise<unknown> {
  if (error instanceof LabError) return error;
  const told = failed.catch((cause: unknown) => cause);
  const untold = new Promise<unknown>((resolve) => setTimeout(() => resolve(error), TOLD_WITHIN_MS));
  return Promise.race([told, untold]);
}

const timedAs = ({ engine, arch, head, imageSize, batchSize, ...how }: TrialSettings) =>
  [
    engine,
    arch,
    head,
    imageSize,
    batchSize,
    how.filmsPerPass,
    how.activations,
    how.arithmetic,
    how.subgroups,
    how.gpuBudgetMiB,
  ].join(" ");

/** What a person is told before the first step. */
const COMPILING = "Compiling for this graphics card; the first step takes longer than those after it.";

export function createWorkbench(tools: Tools): Workbench {
  /** The device that is open or being opened, shared by all who ask: opening a second one ends the first. */
  let opening: Promise<OpenedGpu> | null = null;
  /** Of the device that was opened last: a forecast needs no device. */
  let adapter: AdapterReport | null = null;
  let softwareAllowed = false;
  /** The largest pass that was looked for last, and what it was of. */
  let found: { key: string; films: number } | null = null;

  /** Milliseconds of a step, frozen ones apart, and of a film in validation, by the settings that decide them. */
  const steps = new Stopwatch();
  const frozenSteps = new Stopwatch();
  const validFilms = new Stopwatch();

  function chooseOptions(settings: TrialSettings, adapter: Adapter): EngineOptions {
    const { arch, head, normalisation, activations, arithmetic, subgroups } = settings;
    const { filmsPerPass, gpuBudgetMiB, averageDecay, mixup } = settings;
    const { loss, focalGamma: gamma, focalAlpha: alpha } = settings;
    return {
      arch,
      classes: targetsOf(settings).length,
      head,
      normalisation,
      ...(loss === "focal" && { focal: { gamma, alpha: alpha < 0 ? null : alpha } }),
      averages: averageDecay > 0,
      blends: mixup > 0,
      activations,
      arithmetic,
      subgroups,
      filmsPerPass,
      budgetBytes: chooseBudget(adapter, gpuBudgetMiB),
    };
  }

  /** Found anew only where what decides it has changed: a forecast that is asked for during a run must not hold up its steps. */
  const lookUpLargestPass: typeof findLargestPass = (options, size, report, budgetBytes) => {
    const { arch, classes, head, averages, blends, activations, arithmetic, subgroups } = options;
    const how = [activations, arithmetic, subgroups];
    const key = JSON.stringify([arch, classes, head, averages, blends, how, size, report, budgetBytes]);
    if (found?.key !== key) found = { key, films: findLargestPass(options, size, report, budgetBytes) };
    return found.films;
  };

  function timed(engine: Engine, settings: TrialSettings): Engine {
    const key = timedAs(settings);
    /** The first call may still compile. */
    const time = <Args extends unknown[], Result>(
      work: (...args: Args) => Promise<Result>,
      add: (ms: number, ...args: Args) => void,
    ) => {
      let isFirst = true;
      return async (...args: Args): Promise<Result> => {
        const begun = tools.now();
        const result = await work(...args);
        if (!isFirst) add(tools.now() - begun, ...args);
        isFirst = false;
        return result;
      };
    };
    return {
      ...engine,
      trainStep: time(engine.trainStep, (ms, _, { frozenGroups }) => (frozenGroups ? frozenSteps : steps).add(key, ms)),
      predict: time(engine.predict, (ms, { count }) => validFilms.add(key, ms / count)),
    };
  }

  /** The mean over a run of these settings, by what of it was timed: a frozen step computes less. */
  function estimateStep(settings: TrialSettings): number | null {
    const [free, frozen] = [steps.median(timedAs(settings)), frozenSteps.median(timedAs(settings))];
    const share = Math.min(1, settings.freezeEpochs / settings.epochs);
    if (share === 0) return free;
    return free === null || frozen === null ? (free ?? frozen) : share * frozen + (1 - share) * free;
  }

  function openGpu(): Promise<OpenedGpu> {
    if (opening) return opening;
    const attempt = tools.openGpu({ allowSoftware: softwareAllowed });
    // What could not be opened is asked for anew, and a failed device stays failed: the next job opens another.
    const forget = () => {
      if (opening === attempt) opening = null;
    };
    attempt.then(({ report, failed }) => {
      adapter = report;
      failed.catch(forget);
    }, forget);
    opening = attempt;
    return attempt;
  }

  return {
    async openAdapter(allowSoftware) {
      if (allowSoftware && !softwareAllowed) {
        softwareAllowed = true;
        // One that was asked for before this was allowed may be refused just now: that is not the answer to this.
        await opening?.catch(() => {});
      }
      return (await openGpu()).report;
    },

    async forecast(settings) {
      if (settings.engine === "stock") return null;
      const report = adapter ?? (await openGpu()).report;
      const options = chooseOptions(settings, report);
      const { batchSize: count, imageSize: size } = settings;
      const { gpuBytes, parts } = forecastMemory(options, { count, size }, report);
      const budgetBytes = options.budgetBytes ?? 0;
      const largestPass = lookUpLargestPass(options, size, report, budgetBytes);
      const key = timedAs(settings);
      const timings = { msPerStep: estimateStep(settings), msPerValidFilm: validFilms.median(key) };
      return { gpuBytes, parts, budgetBytes, largestPass, ...timings };
    },

    async lend(settings, sample, onPhase, use, isTrial = false) {
      onPhase({ phase: "opening", detail: "Opening the graphics card." });
      const gpu = await openGpu();
      // Not every job looks at films.
      let reader = null as FilmReader | null;
      const { targets, summary } = sample;
      const positiveWeights = summary.targets.map(({ positiveWeight }) => positiveWeight);
      const chosen = chooseOptions(settings, gpu.report);
      // Only a trial's steps move a moving average.
      const averages = isTrial && chosen.averages;
      const options = { ...chosen, averages, classes: targets.length, positiveWeights };
      const engine = tools.createEngine(settings.engine, options, settings.seed);
      const source = async (part: PreparedPart): Promise<FilmSource> => {
        reader ??= await tools.openFilms(sample.store);
        const { locate, imageSize, read } = reader;
        return { part: { ...part, slots: await locate(part) }, targets, imageSize, read };
      };
      const assertGpu = () => Promise.race([gpu.failed, Promise.resolve()]);
      const compile = async (use: EngineUse, first?: OptimizerStep) => {
        onPhase({ phase: "compiling", detail: COMPILING });
        const due = createPace(tools.now);
        const shape = { count: settings.batchSize, size: settings.imageSize };
        const onProgress = (done: number, total: number) => {
          if (done < total && !due()) return;
          const detail = `Compiling for this graphics card: ${done} of ${total} programs.`;
          onPhase({ phase: "compiling", detail, progress: { done, total } });
        };
        await engine.prepare(shape, use, { ...(first && { first }), onProgress });
      };
      try {
        return await Promise.race([
          gpu.failed,
          use({ engine: timed(engine, settings), adapter: gpu.report, source, compile, assertGpu }),
        ]);
      } catch (error) {
        throw proposeSmaller(await findCause(gpu, error), options, settings, gpu.report, isTrial);
      } finally {
        reader?.close();
        engine.dispose();
      }
    },
  };
}
