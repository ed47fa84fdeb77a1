// The training worker's API: one job on the GPU at a time, and the trials that are kept. Between jobs it holds no network but the one that films are
// looked at with (explain.ts).
import { countParameters, DENSENETS, listArrays } from "../nn/densenet";
import { beforeTraining, type Engine } from "../nn/engine";
import type { FinderEvent } from "../protocol/finder";
import { type Job, runJob } from "../protocol/job";
import { LabError } from "../protocol/labError";
import type { TrialSettings } from "../protocol/settings";
import { allocateSteps, toStepRecords } from "../protocol/steps";
import type {
  Beginning,
  EvaluateEvent,
  EvaluateRequest,
  PhaseEvent,
  TrainApi,
  TrainEvent,
  WeightsChoice,
} from "../protocol/training";
import { sigmoid } from "../statistics/logistic";
import { chooseViewing } from "./augment";
import { listDifferences } from "./differences";
import { createExplainer } from "./explain";
import { exportModel, exportWeights, hashWeights } from "./exportModel";
import { createHistoryReader } from "./histories";
import { createKeeping, keepNew } from "./keeping";
import { readKeptValidation } from "./keptValidation";
import { beginFrom, findBeginning, loadFile, loadNetwork, loadWeights } from "./loadWeights";
import { createPace } from "./pace";
import { planRun } from "./plan";
import { previewFilms } from "./previewFilms";
import { runFinder } from "./runFinder";
import { runTrial } from "./runTrial";
import { findSeen } from "./seenFilms";
import { writeTorchBundle } from "./torch/bundle";
import { describeTrial, formatTrial } from "./trials";
import { validate, validateViews } from "./validate";
import { createWorkbench, type Tools } from "./workbench";

export function createSession(tools: Tools): TrainApi {
  const { trials, checkpoints, now } = tools;
  const workbench = createWorkbench(tools);
  let underWay: string | null = null;

  function demandFree(): void {
    if (!underWay) return;
    throw new LabError("badSettings", `${underWay} is still under way on the graphics card. Wait until it ends, or stop it.`);
  }

  const explainer = createExplainer(tools, workbench, demandFree);

  async function alone<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    demandFree();
    underWay = name;
    try {
      await explainer.close();
      return await work();
    } finally {
      underWay = null;
    }
  }

  async function runEvaluation({ emit, signal }: Job<EvaluateEvent>, request: EvaluateRequest): Promise<EvaluateEvent> {
    const { sample, weights, views } = request;
    const onPhase = (phase: Omit<PhaseEvent, "type">) => emit({ type: "phase", ...phase });
    const { loaded, settings, notices } = await loadNetwork(tools, request);
    return workbench.lend(settings, sample, onPhase, async ({ engine, source, compile }): Promise<EvaluateEvent> => {
      if (loaded) engine.restore(beforeTraining(loaded.model));
      for (const message of notices) emit({ type: "notice", message });
      await compile("inference");
      onPhase({ phase: "validating", detail: "Evaluating the films." });
      const due = createPace(now);
      const onProgress = (done: number, total: number) => {
        if (done === total || due()) emit({ type: "evaluateProgress", done, total, gpuBytes: engine.memory().gpuBytes });
      };
      const valid = await source(sample.valid);
      const viewing = views > 0 ? chooseViewing(settings) : null;
      const result = viewing
        ? await validateViews(engine, valid, settings.batchSize, { ...viewing, views }, signal, onProgress)
        : await validate(engine, valid, settings.batchSize, signal, onProgress);
      if (!result) return { type: "stopped" };
      const { logits, loss, accuracy, auroc, targets } = result;
      return {
        type: "finished",
        evaluation: {
          films: sample.validPaths.length,
          loss,
          accuracy,
          auroc,
          targets,
          paths: sample.validPaths,
          labels: sample.valid.labels,
          logits,
          probabilities: Float64Array.from(logits, sigmoid),
          views: viewing && { count: views, augmentation: viewing.augmentation },
          seen: await findSeen(tools, weights, sample),
        },
      };
    });
  }

  /** What a run of these settings begins with; null for fresh weights. */
  async function loadBeginning(choice: WeightsChoice, settings: TrialSettings) {
    const loaded = await loadWeights(tools, choice, settings.arch);
    return loaded && beginFrom(tools, loaded, settings);
  }

  async function compareWithFile(
    { again, settings, sample, dataset }: Parameters<TrainApi["listDifferences"]>[0],
    beginning: Beginning | null,
  ) {
    const adapter = await workbench.openAdapter(false);
    return listDifferences(again, { settings, dataset, sample: sample.summary, beginning, adapter, versions: tools.versions });
  }

  function demandIdle(trialId: number, what: string): void {
    if (underWay !== trialTitle(trialId)) return;
    throw new LabError("badSettings", `Trial ${trialId} is being trained. Stop it before ${what}.`);
  }

  const keeping = createKeeping(tools, demandIdle);
  const readHistory = createHistoryReader(checkpoints);

  return {
    ...keeping,
    async removeFilmSet(store) {
      // It may be the set that was looked at last.
      await explainer.close();
      await keeping.removeFilmSet(store);
    },
    openAdapter: workbench.openAdapter,
    forecast: workbench.forecast,
    previewFilms: (request) => previewFilms(tools, request),

    find: (request, port) => {
      const begin = async (engine: Engine) => {
        const begun = await loadBeginning(request.weights, request.settings);
        if (begun) engine.restore(beforeTraining(begun.model));
      };
      return runJob<FinderEvent>(port, (job) => alone("LR Find", () => runFinder(workbench, now, begin, job, request)));
    },

    train: (trialId, port, gpuBudgetMiB) =>
      runJob<TrainEvent>(port, (job) => alone(trialTitle(trialId), () => runTrial(tools, workbench, trialId, job, gpuBudgetMiB))),

    evaluate: (request, port) => runJob<EvaluateEvent>(port, (job) => alone("An evaluation", () => runEvaluation(job, request))),

    explain: explainer.explain,

    async listDifferences(request) {
      const begun = await loadBeginning(request.weights, request.settings);
      return compareWithFile(request, begun?.beginning ?? null);
    },
    findBeginning: (beginning) => findBeginning(tools, beginning),

    async createTrial(request) {
      const { settings, sample, weights, again: file } = request;
      const plan = planRun(settings, sample);
      const begun = await loadBeginning(weights, settings);
      const trial = describeTrial(request, begun?.beginning ?? null, plan.stepsTotal, tools.versions);
      if (file) {
        const differences = await compareWithFile({ ...request, again: file }, trial.beginning ?? null);
        trial.again = { trial: file.trial, file: file.name, differences, outcome: null };
      }
      return keepNew(tools, async (id) => {
        // Weights from elsewhere are the trial's checkpoint of step 0, so that it can be run again without where they came from. They are kept
        // first: a trial without them would begin from others.
        const steps = allocateSteps(0);
        const valid = new Float32Array();
        const first = begun && { step: 0, ...beforeTraining(begun.model), valid, steps, epochs: [], seconds: 0 };
        const kept = first ? await checkpoints.begin(id, first) : trial.checkpoints;
        await trials.add({ ...trial, id, checkpoints: kept }, sample, file?.course);
      });
    },

    hashWeights: (trialId, which) => hashWeights(tools, trialId, which),
    exportWeights: (trialId, which) => exportWeights(tools, trialId, which),

    exportModel: (trialId, which, format, facts) =>
      alone("An export", () => exportModel(tools, workbench, { trialId, which, format, facts })),

    async exportTrial(trialId) {
      const trial = await trials.read(trialId);
      const checkpoint = await checkpoints.read(trial, "last");
      return formatTrial(trial, checkpoint ? toStepRecords(checkpoint.steps) : []);
    },

    exportTorchBundle: (trialId, withFilms) => writeTorchBundle(tools, trialId, withFilms),

    async readSteps(trialId) {
      const history = await readHistory(await trials.read(trialId), "last");
      return history?.steps ?? allocateSteps(0);
    },

    async inspectWeights(file, name, arch) {
      const { info, beginning } = await loadFile(tools, file, name, arch);
      return {
        ...info,
        parameters: countParameters(listArrays(DENSENETS[info.arch], info.classes.length, info.head)),
        notes: beginning.notes,
      };
    },
    listTrialNumbers: () => trials.listNumbers(),
    listTrials: (ids) => trials.list(ids),
    readSample: (trialId) => trials.readSample(trialId),
    readValidation: async (trialId, which) =>
      readKeptValidation(readHistory, await trials.read(trialId), await trials.readSample(trialId), which),

    // One transaction, which takes nothing from a run that keeps its progress meanwhile.
    annotateTrial: (trialId, remarks) => trials.patch(trialId, remarks),
    async deleteTrial(trialId) {
      demandIdle(trialId, "deleting it");
      await tools.holdTrial(trialId, () => trials.patch(trialId, { deletedAt: new Date().toISOString() }));
    },
    restoreTrial: (trialId) => tools.holdTrial(trialId, () => trials.patch(trialId, { deletedAt: null })),
  };
}

const trialTitle = (id: number) => `Trial ${id}`;
