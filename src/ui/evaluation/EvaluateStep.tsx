// Step 5: the validation films through the trained network, the worst mistakes first.
import { Button } from "@mantine/core";
import { chooseOffered, labelOffered } from "../../app/offeredWeights";
import type { LabState } from "../../app/state";
import { describeViews } from "../../app/views";
import { useCommands, useLab } from "../labContext";
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
import styles from "./evaluation.module.css";
import { FilmBrowser } from "./FilmBrowser";
import { describeMismatch } from "./mismatch";
import { ViewsField } from "./ViewsField";
import { WhichWeights } from "./WhichWeights";

export function EvaluateStep() {
  const { state, label, compiling, notices, views, done, total, evaluation, failure } = useLab((lab) => lab.evaluation);
  const source = useLab(describeSource);
  const blocked = useLab(whatEvaluationNeeds);
  const { evaluate, stopEvaluating, downloadPredictions, goTo } = useCommands();
  const mismatch = useLab(describeMismatch);
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
            ? `${label}${describeViews(evaluation)}, on ${formatPlural(evaluation.films, "validation film")}.`
            : (blocked ?? `${source} will be run over the validation films.`)}
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
      <div className={evaluation ? styles.figuresAndFilms : partsStyles.columns}>
        <div className={partsStyles.stack}>
          {notices.map((notice) => (
            <Notice key={notice} tone="warning">
              {notice}
            </Notice>
          ))}
          {evaluation ? (
            <EvaluationResult evaluation={evaluation} />
          ) : (
            !isRunning && (
              <Notice tone="note" actions={<Button onClick={() => goTo("train")}>Go to Train</Button>}>
                Train a trial, or choose a weights file, and every validation film gets a probability here: how well the classes
                part, and which films are most wrong.
              </Notice>
            )
          )}
        </div>
        <div className={partsStyles.stack}>
          {evaluation && <FilmBrowser evaluation={evaluation} />}
          <Panel title="How it is evaluated" className={styles.choices}>
            <WhichWeights disabled={isRunning} />
            <ViewsField disabled={isRunning} />
          </Panel>
          <WeightsPanel title="Weights from elsewhere" withoutFile="none" disabled={isRunning} />
        </div>
      </div>
    </>
  );
}

function describeSource({ weights, run, evaluation }: LabState): string {
  if (weights.choice.kind !== "fresh" || !run.trial) return weights.label;
  return `Trial ${run.trial.id}, ${labelOffered(run.trial, chooseOffered(run.trial, evaluation.which))},`;
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
