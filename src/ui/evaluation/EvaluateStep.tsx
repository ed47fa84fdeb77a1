// Step 5: validation films, or a test set, through the trained network, the worst mistakes first.
import { Button } from "@mantine/core";
import { chooseEvaluated, nameEvaluated, preparedTestSet } from "../../app/evaluated";
import { chooseOffered, labelOffered } from "../../app/offeredWeights";
import type { LabState } from "../../app/state";
import { findTrainedOtherwise } from "../../app/trainedOtherwise";
import { describeViews } from "../../app/views";
import { useCommands, useLab } from "../labContext";
import { CheckNotice } from "../parts/CheckNotice";
import { CompileProgress } from "../parts/CompileProgress";
import { formatCount, formatPlural } from "../parts/format";
import { JobProgress } from "../parts/JobProgress";
import { FailureNotice, Notice } from "../parts/Notice";
import { Panel } from "../parts/Panel";
import partsStyles from "../parts/parts.module.css";
import { isUnderWay } from "../parts/ready";
import { SettledButton } from "../parts/SettledButton";
import { StepHeader } from "../parts/StepHeader";
import { WeightsPanel } from "../parts/WeightsPanel";
import { EvaluationResult } from "./EvaluationResult";
import { describeEvaluated, describeSeen } from "./evaluatedWords";
import styles from "./evaluation.module.css";
import { FilmBrowser } from "./FilmBrowser";
import { describeMismatch } from "./mismatch";
import { TrainedOtherwiseNotice } from "./TrainedOtherwiseNotice";
import { ViewsField } from "./ViewsField";
import { WhichFilms } from "./WhichFilms";
import { WhichWeights } from "./WhichWeights";

export function EvaluateStep() {
  const shown = useLab((lab) => lab.evaluation);
  const { state, label, compiling, notices, views, done, total, evaluation, failure } = shown;
  const next = useLab(describeNext);
  const blocked = useLab(whatEvaluationNeeds);
  const { evaluate, stopEvaluating, downloadPredictions, goTo } = useCommands();
  const mismatch = useLab(describeMismatch);
  const otherwise = useLab((lab) => findTrainedOtherwise(lab)?.sentence);
  const isRunning = state === "running" || state === "stopping";
  return (
    <>
      <StepHeader
        title="Evaluate"
        actions={
          <>
            {evaluation && <Button onClick={downloadPredictions}>Download predictions</Button>}
            {isRunning ? (
              <SettledButton disabled={state === "stopping"} onClick={stopEvaluating}>
                Stop
              </SettledButton>
            ) : (
              <Button variant={evaluation ? "default" : "filled"} disabled={blocked !== null} onClick={() => void evaluate()}>
                Evaluate
              </Button>
            )}
          </>
        }
      >
        {isRunning
          ? `Evaluating ${label}.`
          : evaluation
            ? `${label}${describeViews(evaluation)}, on ${describeEvaluated(evaluation, shown)}.`
            : (blocked ?? next)}
      </StepHeader>
      {isRunning && <CompileProgress progress={compiling} />}
      {isRunning && !compiling && (
        <JobProgress
          name={views > 0 ? "Views evaluated" : "Films evaluated"}
          done={done}
          total={total}
          unit={views > 0 ? "views" : "films"}
          words={`${formatCount(done)} of ${formatCount(total)} ${views > 0 ? "views" : "films"}`}
        />
      )}
      <FailureNotice failure={failure} title="The films could not be evaluated" />
      {mismatch && <Notice tone="warning">{mismatch}</Notice>}
      <TrainedOtherwiseNotice />
      {!isRunning && <CheckNotice evaluates />}
      <div className={evaluation ? styles.figuresAndFilms : partsStyles.columns}>
        <div className={partsStyles.stack}>
          {/* What holds for the next evaluation too is said above, with a way out. */}
          {[...notices.filter((notice) => notice !== otherwise), ...(evaluation ? describeSeen(evaluation) : [])].map(
            (notice) => (
              <Notice key={notice} tone="warning">
                {notice}
              </Notice>
            ),
          )}
          {evaluation ? (
            <EvaluationResult evaluation={evaluation} />
          ) : (
            !isRunning && (
              <Notice tone="note" actions={blocked !== null && <Button onClick={() => goTo("train")}>Go to Train</Button>}>
                {blocked !== null ? "Train a trial, or choose a weights file, and" : "Press Evaluate, and"} every film gets a
                probability here: how well the classes part, and which films are most wrong. Another folder is tested as a whole
                where it is opened with “all films: a test set” as Validation share, and prepared.
              </Notice>
            )
          )}
        </div>
        <div className={partsStyles.stack}>
          {evaluation && <FilmBrowser evaluation={evaluation} />}
          <Panel title="How it is evaluated" className={styles.choices}>
            <WhichFilms disabled={isRunning} />
            <WhichWeights disabled={isRunning} />
            <ViewsField disabled={isRunning} />
            {/* The sentence above is of the evaluation that is shown. */}
            {evaluation && !isRunning && <p className={partsStyles.hint}>{blocked ?? next}</p>}
          </Panel>
          <WeightsPanel title="Weights from elsewhere" withoutFile="none" disabled={isRunning} />
        </div>
      </div>
    </>
  );
}

function describeNext(lab: LabState): string {
  const { weights, run, evaluation, dataset } = lab;
  const { trial } = chooseEvaluated(lab);
  const which =
    weights.choice.kind === "fresh" && run.trial
      ? `, ${labelOffered(run.trial, chooseOffered(run.trial, evaluation.which))},`
      : "";
  const testSet = trial ? null : preparedTestSet(lab);
  const films = testSet
    ? `the test set, all ${formatPlural(testSet.valid.slots.length, "film")} of ${dataset.summary?.name}`
    : "the validation films";
  return `${nameEvaluated(lab)}${which} will be run over ${films}.`;
}

function whatEvaluationNeeds({ gpu, run, finder, weights, preparation }: LabState): string | null {
  if (gpu.state !== "ready") return "A GPU is needed first: see above.";
  if (isUnderWay(run.state)) return "A trial is being trained: each epoch ends with a validation.";
  if (finder.state === "running" || finder.state === "stopping")
    return "The learning rate is being looked for: wait, or stop it.";
  if (weights.choice.kind !== "fresh")
    return preparation.sample || run.trial
      ? null
      : "Open a dataset and prepare its films, or show a trial: the weights need something to look at.";
  return run.trial?.checkpoints.last ? null : "There are no weights to evaluate yet: train a trial, or choose a weights file.";
}
