// The commands of an evaluation, and what its events make of the page.
import * as Comlink from "comlink";
import { askWhere } from "../protocol/explanation";
import { LabError } from "../protocol/labError";
import { isTestSet } from "../protocol/testSet";
import type { EvaluateEvent, EvaluateRequest } from "../protocol/training";
import { withoutExtension } from "../protocol/weightsFileName";
import { announce, type LabContext } from "./context";
import { chooseEvaluated, evaluatedTrial } from "./evaluated";
import type { FigureCommands } from "./figureCommands";
import { formatPlural, nameAuroc } from "./format";
import type { GpuJobs } from "./gpuJobs";
import { EMPTY_EVALUATION } from "./initialState";
import { type JobHandle, watchJob } from "./jobs";
import type { LabCommands } from "./labCommands";
import { chooseOffered, labelOffered, nameWeights } from "./offeredWeights";
import { demandPreparedSample } from "./preparedSample";
import { findTrainedOtherwise } from "./trainedOtherwise";
import { describeViews } from "./views";

type EvaluationCommands = Pick<
  LabCommands,
  "chooseEvaluated" | "chooseViews" | "chooseFilms" | "evaluate" | "stopEvaluating" | "explainFilm"
>;

export function createEvaluationCommands(
  context: LabContext,
  { alone, fail }: GpuJobs,
  countFigures: FigureCommands["countFigures"],
): EvaluationCommands {
  const { store, workers, patch, say } = context;
  let evaluating: JobHandle | null = null;
  /** What the shown evaluation is of. */
  let evaluated: EvaluateRequest | null = null;

  return {
    chooseEvaluated: (which) => patch("evaluation", { which }),
    chooseViews: (views) => patch("evaluation", { views }),
    chooseFilms: (on) => patch("evaluation", { onValidation: on === "validation" }),
    async evaluate() {
      await alone("evaluation", "An evaluation", async () => {
        const { weights, run: shown, evaluation, dataset } = store.getState();
        const fromWeights = weights.choice.kind !== "fresh";
        if (!fromWeights && !shown.trial) {
          throw new LabError("badSettings", "There are no weights to evaluate yet: train a trial, or choose a weights file.");
        }
        const ofTrial = shown.trial && !fromWeights ? shown.trial : null;
        const { views, onValidation } = evaluation;
        const which = ofTrial ? chooseOffered(ofTrial, evaluation.which) : evaluation.which;
        const { trial, settings } = chooseEvaluated(store.getState());
        const request: EvaluateRequest = {
          settings,
          sample: trial ? await workers.training.readSample(trial.id) : demandPreparedSample(store.getState()),
          weights: ofTrial ? { kind: "trial", trialId: ofTrial.id, which } : weights.choice,
          views,
        };
        const label = ofTrial ? `Trial ${ofTrial.id}, ${labelOffered(ofTrial, which)}` : weights.label;
        const weightsName = ofTrial ? nameWeights(ofTrial.id, which) : withoutExtension(weights.label);
        const testSet = isTestSet(request.sample.summary) ? (dataset.summary?.name ?? "") : null;
        const name = [weightsName, views > 0 && `tta${views}`, testSet !== null && "test"].filter(Boolean).join("-");
        store.setState({
          evaluation: {
            ...EMPTY_EVALUATION,
            state: "running",
            which,
            views,
            onValidation,
            testSet,
            // Said of these figures whatever is chosen or prepared afterwards.
            notices: [findTrainedOtherwise(store.getState())?.sentence ?? []].flat(),
            label,
            name,
            trialId: request.weights.kind === "trial" ? request.weights.trialId : null,
            sample: request.sample,
            learnt: evaluatedTrial(store.getState()),
            total: (1 + views) * request.sample.valid.slots.length,
          },
        });
        say(`Evaluating ${label}.`);
        evaluating = watchJob<EvaluateEvent>(
          (port) => workers.training.evaluate(request, Comlink.transfer(port, [port])),
          (event) => {
            if (event.type === "evaluateProgress") {
              patch("evaluation", { done: event.done, total: event.total });
              store.setState({ gpuBytes: event.gpuBytes });
            } else if (event.type === "notice") {
              patch("evaluation", { notices: [...store.getState().evaluation.notices, event.message] });
              say(event.message);
            } else if (event.type === "phase") {
              patch("evaluation", { compiling: event.progress ?? null });
              say(event.detail);
            } else if (event.type === "stopped") {
              patch("evaluation", { state: "stopped" });
              say("The evaluation is stopped.");
            } else if (event.type === "failed") fail("evaluation", event);
            else if (event.type === "finished") {
              const { evaluation } = event;
              evaluated = request;
              patch("evaluation", { state: "done", evaluation });
              void countFigures();
              const auroc =
                evaluation.auroc === null ? "" : `${nameAuroc(evaluation.targets.length)} ${evaluation.auroc.toFixed(3)}, `;
              const films = formatPlural(evaluation.films, testSet === null ? "film" : "test film");
              say(`${label}${describeViews(evaluation)}: ${auroc}accuracy ${evaluation.accuracy.toFixed(3)} on ${films}.`);
              announce({ type: "evaluated", ...evaluation });
            }
          },
        );
        await evaluating.done;
        evaluating = null;
      });
    },
    explainFilm(place) {
      if (!evaluated) throw new LabError("badSettings", "Nothing is evaluated: there is no film to look at.");
      return workers.training.explain(askWhere(evaluated, [place], store.getState().figures.at));
    },
    stopEvaluating() {
      if (!evaluating) return;
      patch("evaluation", { state: "stopping" });
      evaluating.send({ type: "stop" });
    },
  };
}
