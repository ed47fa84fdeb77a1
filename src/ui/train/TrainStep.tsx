// Step 4: a run as it goes, and what to do about it.
import { lazy, useMemo } from "react";
import type { RunState } from "../../app/state";
import { targetsOf } from "../../protocol/settings";
import { useLab } from "../labContext";
import { listUnusual, regularisationWords, scheduleWords } from "../options/words";
import { BudgetNotice } from "../parts/BudgetNotice";
import { CompileProgress } from "../parts/CompileProgress";
import { DataTable } from "../parts/DataTable";
import { Figure } from "../parts/Figure";
import { FigureRows, Readings, SplitBar } from "../parts/Figures";
import {
  formatArchitecture,
  formatBatch,
  formatCount,
  formatLr,
  formatMetric,
  formatPlural,
  formatRate,
  formatTargets,
  nameAuroc,
} from "../parts/format";
import { MemoryPanel } from "../parts/MemoryPanel";
import { FailureNotice, Notice } from "../parts/Notice";
import { Panel } from "../parts/Panel";
import partsStyles from "../parts/parts.module.css";
import { RoomNotice } from "../parts/RoomNotice";
import { isUnderWay } from "../parts/ready";
import { StepHeader } from "../parts/StepHeader";
import { TrainingFields } from "../parts/TrainingFields";
import { usePaced } from "../parts/usePaced";
import { WeightsPanel } from "../parts/WeightsPanel";
import { BeginAgain } from "./BeginAgain";
import { EpochTable } from "./EpochTable";
import { RunActions } from "./RunActions";
import { RunSentence } from "./RunSentence";
import { thinSteps } from "./thin";
import styles from "./train.module.css";

const LossChart = lazy(async () => ({ default: (await import("./LossChart")).LossChart }));

const LEGEND = [
  { name: "training", color: "var(--accent)" },
  { name: "validation", color: "var(--amber)" },
  { name: "LR", color: "var(--lr)" },
  { name: "checkpoint", color: "var(--good)" },
];
const MOST_TABLE_BUCKETS = 60;
const CHART_EVERY_MS = 1000;

export function TrainStep() {
  const run = useLab((lab) => lab.run);
  const drawn = usePaced(run, CHART_EVERY_MS);
  const underWay = isUnderWay(run.state);
  return (
    <>
      <StepHeader title="Train" actions={<RunActions />}>
        <RunSentence />
      </StepHeader>
      <FailureNotice failure={run.failure} title={nameFailure(run)} actions={<BeginAgain />} />
      {underWay ? <CompileProgress progress={run.compiling} /> : <BudgetNotice />}
      {!underWay && <RoomNotice />}
      {run.notices.map((notice) => (
        <Notice key={notice} tone="warning">
          {notice}
        </Notice>
      ))}
      <div className={partsStyles.columns}>
        <div className={partsStyles.stack}>
          <Figure
            label="Loss chart"
            title="Loss and learning rate"
            legend={LEGEND}
            head={run.trial && <RunReadings run={run} />}
            table={() => <StepTable run={drawn} />}
          >
            {drawn.trial && drawn.stepsSeen > 0 ? (
              <LossChart
                steps={drawn.steps}
                count={drawn.stepsSeen}
                stepsTotal={drawn.stepsTotal}
                comingLr={drawn.comingLr}
                trial={drawn.trial}
              />
            ) : (
              <p className={styles.emptyPlot}>
                {underWay
                  ? run.phaseDetail || "The first step is on its way."
                  : "The loss of every step is drawn here, live, with the learning rate."}
              </p>
            )}
          </Figure>
          {run.trial && run.trial.epochs.length > 0 && <EpochTable trial={run.trial} isUnderWay={underWay} />}
        </div>
        <div className={partsStyles.stack}>
          {run.trial && <ThisRun run={run} />}
          {!underWay && (
            <Panel title={run.trial ? "The next run" : "This run"}>
              <TrainingFields disabled={false} />
            </Panel>
          )}
          {!underWay && <MemoryPanel disabled={false} />}
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

function RunReadings({ run: { steps, stepsSeen, trial, filmsPerSecond, state } }: { run: RunState }) {
  const last = steps[stepsSeen - 1];
  const epoch = trial?.epochs.at(-1);
  const smoothed = useMemo(() => thinSteps(steps, stepsSeen, 1).at(-1)?.smoothed, [steps, stepsSeen]);
  const readings = [
    { name: "training loss", value: formatMetric(smoothed) },
    { name: "validation loss", value: formatMetric(epoch?.validLoss) },
    { name: `${nameAuroc(trial ? targetsOf(trial.settings).length : 1)}, validation`, value: formatMetric(epoch?.auroc) },
    { name: "learning rate", value: last ? formatLr(last.lr) : "–" },
  ];
  if (state === "running") readings.push({ name: "films a second", value: formatRate(filmsPerSecond) });
  return <Readings readings={readings} />;
}

function ThisRun({ run: { trial } }: { run: RunState }) {
  if (!trial) return null;
  const { settings, sample, adapter } = trial;
  const { positives, negatives } = sample.train;
  return (
    <>
      <Panel title={`Trial ${trial.id}`} aside="as started">
        <FigureRows
          rows={[
            { name: "Target", value: formatTargets(settings) },
            { name: "Network", value: formatArchitecture(settings.arch) },
            { name: "Size", value: `${settings.imageSize} px` },
            { name: "Highest rate", value: formatLr(settings.maxLr) },
            { name: "Schedule", value: scheduleWords(settings) },
            { name: "Planned", value: `${formatPlural(settings.epochs, "epoch")}, ${formatBatch(settings)}` },
            { name: "Optimiser", value: `AdamW, ${regularisationWords(settings)}` },
            ...listUnusual(settings),
            { name: "Engine", value: `${settings.engine}, ${settings.activations}` },
            ...(adapter ? [{ name: "Adapter", value: adapter.name }] : []),
          ]}
        />
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
}

function StepTable({ run }: { run: RunState }) {
  return (
    <DataTable
      caption="Loss and learning rate by step"
      columns={["step", "loss", "smoothed loss", "learning rate"]}
      rows={thinSteps(run.steps, run.stepsSeen, MOST_TABLE_BUCKETS).map(({ step, loss, smoothed, lr }) => ({
        key: step,
        cells: [formatCount(step), formatMetric(loss), formatMetric(smoothed), formatLr(lr)],
      }))}
    />
  );
}
