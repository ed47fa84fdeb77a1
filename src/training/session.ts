// The training worker's API: one job on the GPU at a time, and the trials that are kept. Holds no network between jobs.
import type { NamedArrays } from "../nn/engine";
import { runJob } from "../protocol/job";
import { LabError } from "../protocol/labError";
import { ARCHITECTURES } from "../protocol/settings";
import type {
  EvaluateEvent,
  EvaluateRequest,
  FinderEvent,
  FinderPoint,
  FinderRequest,
  TrainApi,
  TrainEvent,
} from "../protocol/training";
import { drawFinderBatches, readBatches } from "./batches";
import { findLr, toFinderResult } from "./finder";
import { StepHistory, toStepRecords } from "./history";
import { sigmoid } from "./metrics";
import { planRun } from "./plan";
import { runTrial } from "./runTrial";
import { describeTrial, formatTrial } from "./trials";
import { validate } from "./validate";
import { createWorkbench, noCheckpoint, readOneTarget, type Tools } from "./workbench";

/** Events go out about this often. */
const EVENT_MS = 100;

export function createSession(tools: Tools): TrainApi {
  const { trials, checkpoints, now } = tools;
  const workbench = createWorkbench(tools);
  let underWay: string | null = null;

  async function alone<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    if (underWay) {
      throw new LabError("badSettings", `${underWay} is still under way on the graphics card. Wait until it ends, or stop it.`);
    }
    underWay = name;
    try {
      return await work();
    } finally {
      underWay = null;
    }
  }

  return {
    openAdapter: workbench.openAdapter,

    find: ({ settings, sample, weights, finder }: FinderRequest, port) =>
      runJob<FinderEvent>(port, ({ emit, signal }) =>
        alone("LR Find", async () => {
          const { drawFilms, optimizerAt } = planRun(settings, sample);
          const { batchSize, seed, betas } = settings;
          const onPhase = (phase: "opening" | "compiling" | "training", detail: string) => emit({ type: "phase", phase, detail });
          return workbench.lend(
            settings,
            sample,
            (_, detail) => onPhase("opening", detail),
            async ({ engine, source }) => {
              const model = await workbench.loadWeights(weights, settings.arch);
              if (model) engine.restore({ model, optimizer: new Map(), optimizerSteps: 0 });
              onPhase("compiling", "Compiling for this graphics card; the first step takes longer than those after it.");

              let pending: FinderPoint[] = [];
              let sentAt = Number.NEGATIVE_INFINITY;
              const flush = () => {
                if (pending.length === 0) return;
                emit({ type: "points", points: pending, steps: finder.steps, gpuBytes: engine.memory().gpuBytes });
                pending = [];
                sentAt = now();
              };
              const batches = readBatches(source(sample.train), drawFinderBatches(drawFilms(0), seed, batchSize));
              const points = await findLr(
                engine,
                finder,
                batches,
                (lr) => optimizerAt(lr, betas[0]),
                signal,
                (point) => {
                  if (pending.length === 0 && sentAt === Number.NEGATIVE_INFINITY)
                    onPhase("training", "Looking for a learning rate.");
                  pending.push(point);
                  if (now() - sentAt >= EVENT_MS) flush();
                },
              );
              flush();
              return { type: signal.aborted ? "stopped" : "finished", result: toFinderResult(points) } satisfies FinderEvent;
            },
          );
        }),
      ),

    async createTrial(request) {
      const { settings, sample, weights } = request;
      const plan = planRun(settings, sample);
      const model = await workbench.loadWeights(weights, settings.arch);
      const trial = await trials.add(describeTrial(request, plan.stepsTotal, tools.versions), sample);
      if (!model) return trial;
      // Weights from elsewhere are the trial's checkpoint of step 0, so that it can be run again without where they came from.
      try {
        const steps = new StepHistory().columns();
        await checkpoints.write(trial.id, {
          step: 0,
          model,
          optimizer: new Map(),
          optimizerSteps: 0,
          steps,
          epochs: [],
          seconds: 0,
        });
      } catch (error) {
        await trials.remove(trial.id);
        throw error;
      }
      return trials.read(trial.id);
    },

    train: (trialId, port) =>
      runJob<TrainEvent>(port, (job) => alone(`Trial ${trialId}`, () => runTrial(tools, workbench, trialId, job))),

    evaluate: ({ settings, sample, weights }: EvaluateRequest, port) =>
      runJob<EvaluateEvent>(port, ({ emit, signal }) =>
        alone("An evaluation", () =>
          workbench.lend(
            settings,
            sample,
            (phase, detail) => emit({ type: "phase", phase, detail }),
            async ({ engine, source }) => {
              const model = await workbench.loadWeights(weights, settings.arch);
              if (model) engine.restore({ model, optimizer: new Map(), optimizerSteps: 0 });
              emit({ type: "phase", phase: "validating", detail: "Evaluating the validation films." });
              let sentAt = Number.NEGATIVE_INFINITY;
              const result = await validate(engine, source(sample.valid), settings.batchSize, signal, (done, total) => {
                if (done < total && now() - sentAt < EVENT_MS) return;
                sentAt = now();
                emit({ type: "evaluateProgress", done, total });
              });
              if (!result) return { type: "stopped" } satisfies EvaluateEvent;
              const { logits, loss, accuracy, auroc } = result;
              const predictions = Array.from(logits, (logit, i) => ({
                path: sample.validPaths[i]!,
                target: sample.valid.labels[i] === 1 ? (1 as const) : (0 as const),
                logit,
                probability: sigmoid(logit),
              }));
              const evaluation = { films: logits.length, loss, accuracy, auroc, predictions };
              return { type: "finished", evaluation } satisfies EvaluateEvent;
            },
          ),
        ),
      ),

    async exportWeights(trialId, which) {
      const trial = await trials.read(trialId);
      const checkpoint = await checkpoints.read(trial, which);
      if (!checkpoint) throw noCheckpoint(trialId);
      const { arch, target, imageSize } = trial.settings;
      return tools.writeWeights(checkpoint.model, { arch, classes: [target], imageSize });
    },

    async exportTrial(trialId) {
      const trial = await trials.read(trialId);
      const checkpoint = await checkpoints.read(trial, "last");
      return formatTrial(trial, checkpoint ? toStepRecords(checkpoint.steps) : []);
    },

    async readSteps(trialId) {
      const checkpoint = await checkpoints.read(await trials.read(trialId), "last");
      return checkpoint ? toStepRecords(checkpoint.steps) : [];
    },

    async inspectWeights(bytes, arch) {
      const known = ARCHITECTURES.find((name) => name === arch);
      if (!known) throw new LabError("badSettings", `${arch} is no architecture of the lab. Choose another.`, "Architecture");
      const { model, info } = readOneTarget(tools, bytes, known, "The weights file");
      return { ...info, parameters: countParameters(model) };
    },
    listTrials: () => trials.list(),
    readSample: (trialId) => trials.readSample(trialId),

    async deleteTrial(trialId) {
      if (underWay === `Trial ${trialId}`) {
        throw new LabError("badSettings", `Trial ${trialId} is being trained. Stop it before deleting it.`);
      }
      await trials.remove(trialId);
      await checkpoints.removeAll(trialId);
    },
  };
}

/** Numbers that training changes by gradient: BatchNorm's running statistics are none. */
function countParameters(model: NamedArrays): number {
  let parameters = 0;
  for (const [name, { data }] of model) {
    if (!/\.(running_mean|running_var|num_batches_tracked)$/.test(name)) parameters += data.length;
  }
  return parameters;
}
