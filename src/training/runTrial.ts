// Runs a kept trial from its last checkpoint to its end. The steps themselves are loop.ts's.
import type { Job } from "../protocol/job";
import { toFailure } from "../protocol/labError";
import type { TrainEvent } from "../protocol/training";
import { Checkpoints } from "./callbacks/checkpoints";
import { FiniteGuard } from "./callbacks/finiteGuard";
import { PauseGate } from "./callbacks/pauseGate";
import { Recorder } from "./callbacks/recorder";
import { StepHistory } from "./history";
import { type Callback, type Progress, runEpochs } from "./loop";
import { planRun, type RunPlan } from "./plan";
import type { Tools, Workbench } from "./workbench";

/** The last step that was run, for a failure to name. */
interface Reached {
  step?: number;
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
        await tools.trials.patch(trialId, { state: "failed", failure });
      } catch {
        // Storage that cannot take this either, or no such trial: the first failure is the one to tell.
      }
      return { type: "failed", ...reached, ...failure };
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
  const { batchSize, epochs, seed, maxLr, checkpointEverySteps } = settings;
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
      emit({ type: "schedule", lrs: thinSchedule(plan) });

      const guard = new FiniteGuard(maxLr, history);
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
      };

      await compile("training");
      const run = {
        engine,
        plan,
        train: source(sample.train),
        valid: source(sample.valid),
        epochs,
        batchSize,
        seed,
        progress,
        now,
      };
      const ending = await runEpochs(run, signal, [watch, guard, recorder, keeper, pause]);
      await keeper.save();
      return { type: ending, trial: await trials.patch(trialId, { state: ending }) };
    },
    true,
  );
}

const CHART_POINTS = 400;

/** The rates from the first step to the last, thinned for a chart. */
function thinSchedule({ optimizerAt, stepsTotal }: RunPlan): { step: number; lr: number }[] {
  const count = Math.min(CHART_POINTS, stepsTotal);
  return Array.from({ length: count }, (_, i) => {
    const step = Math.round((i * (stepsTotal - 1)) / Math.max(1, count - 1));
    return { step, lr: optimizerAt(step, []).lr };
  });
}
