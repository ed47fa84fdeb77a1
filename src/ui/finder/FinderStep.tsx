// Step 3: the learning rate finder, its curve, and the pick.
import { Button } from "@mantine/core";
import type { FinderState } from "../../app/state";
import { MOST_FINDER_RUNS } from "../../protocol/finder";
import { useCommands, useLab } from "../labContext";
import { BudgetNotice } from "../parts/BudgetNotice";
import { CheckNotice } from "../parts/CheckNotice";
import { CompileProgress } from "../parts/CompileProgress";
import { DataTable } from "../parts/DataTable";
import { Figure } from "../parts/Figure";
import { NumberField } from "../parts/fields";
import { formatArchitecture, formatFinderStep, formatLr, formatMetric, toTitle } from "../parts/format";
import { GpuPanel } from "../parts/GpuPanel";
import { JobProgress } from "../parts/JobProgress";
import { MemoryPanel } from "../parts/MemoryPanel";
import { FailureNotice } from "../parts/Notice";
import { Panel } from "../parts/Panel";
import partsStyles from "../parts/parts.module.css";
import { whatComesFirst } from "../parts/ready";
import { SettledButton } from "../parts/SettledButton";
import { StepHeader } from "../parts/StepHeader";
import { TrainingFields } from "../parts/TrainingFields";
import { WeightsPanel } from "../parts/WeightsPanel";
import { FinderChart } from "./FinderChart";
import { listLines } from "./FinderCurve";
import styles from "./finder.module.css";
import { Suggestions } from "./Suggestions";

export function FinderStep() {
  const finder = useLab((lab) => lab.finder);
  const maxLr = useLab((lab) => lab.settings.maxLr);
  const first = useLab(whatComesFirst);
  const isPrepared = useLab((lab) => lab.preparation.sample !== null);
  const finderRuns = useLab((lab) => lab.finderRuns);
  const { pickMaxLr, chooseFinderRuns } = useCommands();
  const isBusy = finder.state === "running" || finder.state === "stopping";
  const runs = finder.result?.runs.length ?? 1;
  return (
    <>
      <StepHeader title="LR Find" actions={<FinderActions />}>
        <FinderSentence />
      </StepHeader>
      {isBusy && <CompileProgress progress={finder.compiling} />}
      {isBusy && !finder.compiling && (
        <JobProgress
          name="Steps of the finder"
          done={finder.progress.run * finder.progress.steps + finder.progress.step}
          total={finder.progress.runs * finder.progress.steps}
          unit="steps"
          words={describeProgress(finder)}
        />
      )}
      {!isBusy && <BudgetNotice />}
      {!isBusy && <CheckNotice />}
      <FailureNotice failure={finder.failure} title="The learning rate could not be looked for" />
      <div className={partsStyles.columns}>
        <Figure
          label="LR finder chart"
          title="Loss against learning rate"
          legend={listLines(runs)}
          table={() => (
            <DataTable
              caption="Loss at each learning rate"
              columns={["learning rate", "loss", "smoothed loss"]}
              rows={finder.points.map(({ lr, loss, smoothed }) => ({
                key: lr,
                cells: [formatLr(lr), formatMetric(loss), formatMetric(smoothed)],
              }))}
            />
          )}
        >
          {finder.points.length > 1 ? (
            <FinderChart
              points={finder.points}
              isComplete={finder.state === "done"}
              suggestions={finder.result?.suggestions ?? null}
              maxLr={maxLr}
              onPick={pickMaxLr}
            />
          ) : (
            <p className={styles.emptyPlot}>
              {first && !isBusy && !isPrepared
                ? first
                : "The finder trains a copy for a hundred batches while the rate grows from 1e-7 to 10, and draws where the loss falls fastest."}
            </p>
          )}
        </Figure>
        <div className={partsStyles.stack}>
          <Panel title="Which network, how long">
            <TrainingFields disabled={isBusy} />
          </Panel>
          {finder.result && <Suggestions result={finder.result} />}
          <Panel title="How often it runs">
            <NumberField
              label="Finder runs"
              value={finderRuns}
              min={1}
              max={MOST_FINDER_RUNS}
              disabled={isBusy}
              onChange={chooseFinderRuns}
            />
            <p className={partsStyles.hint}>
              Each more has the films in another order. The curve is then their mean, the band what they lie between: a suggestion
              that they agree on is no accident.
            </p>
          </Panel>
          <MemoryPanel disabled={isBusy} />
          <GpuPanel />
          <WeightsPanel title="Begins from" withoutFile="fresh weights" begins disabled={isBusy} />
        </div>
      </div>
    </>
  );
}

function FinderActions() {
  const { state, result } = useLab((lab) => lab.finder);
  const maxLr = useLab((lab) => lab.settings.maxLr);
  const blocked = useLab((lab) => whatComesFirst(lab) !== null);
  const { findLr, stopFinder, train } = useCommands();
  if (state === "running" || state === "stopping") {
    return (
      <SettledButton disabled={state === "stopping"} onClick={stopFinder}>
        Stop
      </SettledButton>
    );
  }
  return (
    <>
      <Button variant={result ? "default" : "filled"} disabled={blocked} onClick={() => void findLr()}>
        LR Find
      </Button>
      {result && (
        <Button variant="filled" disabled={blocked} onClick={() => void train()}>
          Train at {formatLr(maxLr)}
        </Button>
      )}
    </>
  );
}

function FinderSentence() {
  const { state, result, points } = useLab((lab) => lab.finder);
  const first = useLab(whatComesFirst);
  const { arch, imageSize, batchSize } = useLab((lab) => lab.settings);
  if (state === "running")
    return "The rate grows with every batch. You may pick on the curve at any moment; weights and optimiser are put back as they were at the end.";
  if (state === "stopping") return "Stopping after the step under way.";
  if (result && points.length > 1)
    return "Click or drag on the curve, use the arrow keys on it, or take a suggestion: that is the max LR.";
  return first ?? `Ready: ${formatArchitecture(arch)} at ${imageSize} px, ${batchSize} films a batch.`;
}

function describeProgress({ phase, progress }: FinderState): string {
  if (phase === "compiling") return "Taking memory on the GPU";
  if (phase === "opening") return "Opening films and weights";
  return toTitle(formatFinderStep(progress));
}
