// Runs a kept trial from its last checkpoint to its end. The steps themselves are loop.ts's.
import type { Job } from "../protocol/job";
import { toFailure } from "../protocol/labError";
import { thinRates } from "../protocol/schedule";
import type { TrainEvent } from "../protocol/training";
import { augmentEpoch } from "./augment";
import { blindLoss } from "./blindLoss";
import { Checkpoints } from "./callbacks/checkpoints";
import { NumbersGuard } from "./callbacks/numbersGuard";
import { PauseGate } from "./callbacks/pauseGate";
import { PrecisionWatch } from "./callbacks/precisionWatch";
import { Recorder } from "./callbacks/recorder";
import { describeEarlyEnd } from "./earlyStop";
import { StepHistory } from "./history";
import { type Callback, type Progress, runEpochs } from "./loop";
import { planRun } from "./plan";
import { judgeRepetition } from "./repetition";
import type { Tools, Workbench } from "./workbench";

interface Reached {
  /** The last step that was run, for a failure to name. */
  step?: number;
  /** The last whose loss was good. */
  good?: number;
}

/** Resolves to how it ended; a failure is kept with the trial. @throws LabError badSettings where another tab runs it */
export function runTrial(
  tools: Tools,
  workbench: Workbench,
  trialId: number,
  job: Job<TrainEvent>,
  gpuBudgetMiB?: number,
): Promise<TrainEvent> {
  return tools.holdTrial(trialId, async () => {
    const reached: Reached = {};
    try {
      return await runHeld(tools, workbench, trialId, job, reached, gpuBudgetMiB);
    } catch (error) {
      const failure = toFailure(error);
      try {
        const { checkpoints } = await tools.trials.patch(trialId, { state: "failed", failure });
        // A checkpoint by which not even the next loss came out was not a good one.
        const isFirst = checkpoints.last?.step === reached.step && reached.good !== reached.step;
        if (failure.proposal && isFirst) await tools.checkpoints.rollBack(trialId);
      } catch {
        // Storage that cannot take this either, or no such trial: the first failure is the one to tell.
      }
      const { step } = reached;
      return { type: "failed", ...(step !== undefined && { step }), ...failure };
    }
  });
}

async function runHeld(
  tools: Tools,
  workbench: Workbench,
  trialId: number,
  job: Job<TrainEvent>,
  reached: Reached,
  gpuBudgetMiB?: number,
): Promise<TrainEvent> {
  const { trials, checkpoints, now } = tools;
  const { emit, signal } = job;
  const trial = await trials.read(trialId);
  const sample = await trials.readSample(trialId);
  const settings = { ...trial.settings, gpuBudgetMiB: gpuBudgetMiB ?? trial.settings.gpuBudgetMiB };
  const { batchSize, epochs, seed, keepBest, checkpointEverySteps } = settings;
  const plan = planRun(settings, sample);
  const onPhase: Parameters<Workbench["lend"]>[2] = (phase) => emit({ type: "phase", ...phase });

  return workbench.lend(
    settings,
    sample,
    onPhase,
    async ({ engine, adapter, source, compile, assertGpu }): Promise<TrainEvent> => {
      const from = await checkpoints.read(trial, "last", (message) => emit({ type: "notice", message }));
      if (from) engine.restore(from);
      const progress: Progress = {
        history: new StepHistory(from?.steps),
        epochs: [...(from?.epochs ?? [])],
        seconds: from?.seconds ?? 0,
      };
      const { history } = progress;
      await trials.patch(trialId, {
        state: "running",
        failure: null,
        settings,
        adapter,
        versions: tools.versions,
        stepsDone: history.length,
        stepsTotal: plan.stepsTotal,
        epochs: progress.epochs,
      });
      const tellSchedule = () => emit({ type: "schedule", lrs: thinRates(plan.phases, plan.stepsTotal, progress.epochs) });
      tellSchedule();

      const precision = new PrecisionWatch(settings, engine, emit);
      const guard = new NumbersGuard(settings, history, blindLoss(settings, sample.summary), () => precision.findCause());
      const recorder = new Recorder({
        emit,
        engine,
        now,
        epochs,
        epochsDone: progress.epochs.length,
        stepsTotal: plan.stepsTotal,
        batchSize,
        validFilms: sample.valid.slots.length,
      });
      const keeper = new Checkpoints({
        engine,
        progress,
        everySteps: checkpointEverySteps,
        stepsPerEpoch: plan.stepsPerEpoch,
        guard,
        precision,
        write: async (checkpoint) => {
          await assertGpu();
          return checkpoints.write(trialId, checkpoint);
        },
        recorder,
        emit,
      });
      const pause = new PauseGate(job, keeper, async (state) => void (await trials.patch(trialId, { state })));
      const watch: Callback = {
        onLoss: ({ step }) => {
          reached.step = step;
        },
        onStep: ({ step }) => {
          reached.good = step;
        },
        // What is to come may depend on how well the epoch went.
        onEpochEnd: tellSchedule,
      };

      await compile("training", plan.optimizerAt(history.length, progress.epochs));
      const run = {
        engine,
        plan,
        train: await source(sample.train),
        valid: await source(sample.valid),
        augment: (epoch: number, before: readonly Uint32Array[]) => augmentEpoch(settings, epoch, before),
        batchSize,
        seed,
        progress,
        now,
      };
      const ending = await runEpochs(run, signal, [watch, guard, recorder, keeper, pause]);
      await keeper.save();
      const early = ending === "finished" ? plan.earlyEnd(progress.epochs) : null;
      const earlyEnd = early && describeEarlyEnd(early, keepBest, progress.epochs.length, epochs);
      const again =
        trial.again && ending === "finished" && (await judgeRepetition(trials, { ...trial, again: trial.again }, progress));
      return { type: ending, trial: await trials.patch(trialId, { state: ending, earlyEnd, ...(again && { again }) }) };
    },
    true,
  );
}
