// Commands that use the GPU, put together of what each job brings: LR Find, training, evaluation.
import { toFailure } from "../protocol/labError";
import type { Trial } from "../protocol/training";
import type { LabContext } from "./context";
import { createEvaluationCommands } from "./evaluationCommands";
import { createFigureCommands } from "./figureCommands";
import { createFinderCommands } from "./finderCommands";
import type { Forecasts } from "./forecasts";
import { createGpuCheckCommands } from "./gpuCheckCommands";
import { createGpuJobs } from "./gpuJobs";
import type { LabCommands } from "./labCommands";
import { createRunBroadcast } from "./onlooking";
import { readTrials } from "./readTrials";
import { createTrainCommands } from "./trainCommands";

type RunCommands = Pick<LabCommands, "allowSoftwareAdapter"> &
  ReturnType<typeof createFinderCommands> &
  ReturnType<typeof createTrainCommands> &
  ReturnType<typeof createEvaluationCommands> &
  Pick<LabCommands, "readFigures"> &
  Omit<ReturnType<typeof createGpuCheckCommands>, "recallCheck"> & {
    openGpu(): Promise<void>;
    reopenGpu(): Promise<void>;
    loadTrials(): Promise<Trial[]>;
  };

export function createRunCommands(
  context: LabContext,
  forecasts: Pick<Forecasts, "demandFit" | "demandTrialFits">,
  broadcast = createRunBroadcast(),
): RunCommands {
  const { store, workers, patch, say, measureDisk } = context;
  const jobs = createGpuJobs(context);
  const { recallCheck, ...gpuCheck } = createGpuCheckCommands(context, jobs);
  const { countFigures, ...figures } = createFigureCommands(context);

  async function openAdapter(allowSoftware: boolean): Promise<void> {
    patch("gpu", { state: "asking", failure: null });
    try {
      const report = await workers.training.openAdapter(allowSoftware);
      patch("gpu", { state: "ready", report });
      recallCheck(report.name).catch((error: unknown) => say(toFailure(error).message));
    } catch (error) {
      const failure = toFailure(error);
      patch("gpu", { state: failure.code === "softwareAdapter" ? "software" : "missing", failure });
      if (failure.code !== "softwareAdapter") say(failure.message);
    }
  }

  async function loadTrials(): Promise<Trial[]> {
    const { trials: before } = store.getState();
    const trials = await readTrials(workers.training);
    // What was starred or deleted while they were read may stand in their parts as it was.
    if (store.getState().trials !== before) return loadTrials();
    store.setState({ trials });
    await measureDisk();
    return trials;
  }

  return {
    openGpu: () => openAdapter(false),
    // A training worker that takes a lost one's place has not yet been told what the person allowed.
    reopenGpu: () => openAdapter(store.getState().gpu.report?.isSoftware ?? false),
    allowSoftwareAdapter: () => openAdapter(true),
    loadTrials,
    ...createFinderCommands(context, jobs, forecasts),
    ...createTrainCommands(context, jobs, forecasts, loadTrials, broadcast),
    ...createEvaluationCommands(context, jobs, countFigures),
    ...figures,
    ...gpuCheck,
  };
}
