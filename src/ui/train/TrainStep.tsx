// Step 4: a run as it goes, and what to do about it.
import { memo } from "react";
import { preparedTestSet } from "../../app/evaluated";
import type { RunState } from "../../app/state";
import { NOTHING_TO_TRAIN } from "../../protocol/testSet";
import type { Trial } from "../../protocol/training";
import { useLab } from "../labContext";
import { BudgetNotice } from "../parts/BudgetNotice";
import { CheckNotice } from "../parts/CheckNotice";
import { CompileProgress } from "../parts/CompileProgress";
import { FigureRows, SplitBar } from "../parts/Figures";
import { formatCount } from "../parts/format";
import { GpuPanel } from "../parts/GpuPanel";
import { MemoryPanel } from "../parts/MemoryPanel";
import { FailureNotice, Notice } from "../parts/Notice";
import { Panel } from "../parts/Panel";
import partsStyles from "../parts/parts.module.css";
import { RoomNotice } from "../parts/RoomNotice";
import { isUnderWay } from "../parts/ready";
import { StepHeader } from "../parts/StepHeader";
import { TrainingFields } from "../parts/TrainingFields";
import { WeightsPanel } from "../parts/WeightsPanel";
import { AgainOutcome } from "./AgainOutcome";
import { BeginAgain } from "./BeginAgain";
import { describeRun } from "./describeRun";
import { EpochTable } from "./EpochTable";
import { LossFigure } from "./LossFigure";
import { RunActions } from "./RunActions";
import { RunSentence } from "./RunSentence";
import styles from "./train.module.css";

export function TrainStep() {
  const run = useLab((lab) => lab.run);
  const underWay = isUnderWay(run.state);
  const isTest = useLab((lab) => preparedTestSet(lab) !== null);
  return (
    <>
      <StepHeader title="Train" actions={<RunActions />}>
        <span className={underWay ? styles.sentence : undefined}>
          <RunSentence />
        </span>
      </StepHeader>
      <FailureNotice failure={run.failure} title={nameFailure(run)} actions={<BeginAgain />} />
      {underWay ? <CompileProgress progress={run.compiling} /> : <BudgetNotice />}
      {!underWay && <RoomNotice />}
      {!underWay && <CheckNotice />}
      {/* Without a trial the sentence above says so. */}
      {!underWay && run.trial && isTest && <Notice tone="note">{NOTHING_TO_TRAIN}</Notice>}
      {run.notices.map((notice) => (
        <Notice key={notice} tone="warning">
          {notice}
        </Notice>
      ))}
      {run.state === "done" && run.trial?.earlyEnd && <Notice tone="note">{run.trial.earlyEnd}</Notice>}
      {run.trial && <AgainOutcome trial={run.trial} />}
      <div className={partsStyles.columns}>
        <div className={partsStyles.stack}>
          <LossFigure />
          {run.trial && run.trial.epochs.length > 0 && <EpochTable trial={run.trial} isUnderWay={underWay} />}
        </div>
        <div className={partsStyles.stack}>
          {run.trial && <ThisRun trial={run.trial} />}
          {!underWay && (
            <Panel title={run.trial ? "The next run" : "This run"}>
              <TrainingFields disabled={false} />
            </Panel>
          )}
          {!underWay && <MemoryPanel disabled={false} />}
          {!underWay && <GpuPanel />}
          {!underWay && <WeightsPanel title="Begins from" withoutFile="fresh weights" begins disabled={false} />}
        </div>
      </div>
    </>
  );
}

function nameFailure({ failure, stepsSeen }: RunState): string {
  if (failure?.code === "overBudget") return "The trial does not fit the GPU budget";
  return stepsSeen > 0 ? "The run ended early" : "The run did not begin";
}

/** As it was started: what a step changes is not here. */
const ThisRun = memo(function ThisRun({ trial }: { trial: Trial }) {
  const { settings, sample } = trial;
  const { positives, negatives } = sample.train;
  return (
    <>
      <Panel title={`Trial ${trial.id}`} aside="as started">
        <FigureRows rows={describeRun(trial)} />
      </Panel>
      <Panel
        title="Films of an epoch"
        aside={settings.freshEachEpoch && settings.balance === "undersample" ? "fresh each time" : settings.balance}
      >
        <div className={partsStyles.stack}>
          <SplitBar
            tall
            whole={positives + negatives}
            parts={[
              { name: "positive", value: positives, color: "var(--positive)" },
              { name: "negative", value: negatives, color: "var(--negative)" },
            ]}
          />
          <FigureRows
            rows={[
              { name: settings.target, value: formatCount(positives) },
              { name: "Negative", value: formatCount(negatives) },
              { name: "Held out", value: formatCount(sample.valid.films) },
            ]}
          />
        </div>
      </Panel>
    </>
  );
});
