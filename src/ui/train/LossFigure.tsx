// The run's loss and learning rate as it goes: the newest figures, the chart of all steps, and the same as a table.
import { useMemo } from "react";
import type { RunState } from "../../app/state";
import { targetsOf } from "../../protocol/settings";
import { useLab } from "../labContext";
import { DataTable } from "../parts/DataTable";
import { Figure } from "../parts/Figure";
import { Readings } from "../parts/Figures";
import { formatCount, formatLr, formatMetric, formatRate, nameAuroc } from "../parts/format";
import { isUnderWay } from "../parts/ready";
import { usePaced } from "../parts/usePaced";
import { LossChart } from "./LossChart";
import { thinSteps } from "./thin";
import styles from "./train.module.css";

export const LOSS_LINES = [
  { name: "training", color: "var(--accent)" },
  { name: "validation", color: "var(--amber)" },
  { name: "LR", color: "var(--lr)" },
  { name: "checkpoint", color: "var(--good)" },
];
const MOST_TABLE_BUCKETS = 60;
const CHART_EVERY_MS = 250;

export function LossFigure() {
  const run = useLab((lab) => lab.run);
  // The figures are new with every report; the chart and the table, which cost more to draw, from time to time.
  const drawn = usePaced(run, CHART_EVERY_MS);
  const chart = useMemo(() => <DrawnChart run={drawn} />, [drawn]);
  return (
    <Figure
      label="Loss chart"
      title="Loss and learning rate"
      legend={LOSS_LINES}
      head={run.trial && <RunReadings run={run} />}
      table={() => <StepTable run={drawn} />}
    >
      {chart}
    </Figure>
  );
}

function DrawnChart({ run: { state, phaseDetail, trial, steps, stepsSeen, stepsTotal, comingLr } }: { run: RunState }) {
  if (trial && stepsSeen > 0) {
    return <LossChart steps={steps} count={stepsSeen} stepsTotal={stepsTotal} comingLr={comingLr} trial={trial} />;
  }
  return (
    <p className={styles.emptyPlot}>
      {isUnderWay(state)
        ? phaseDetail || "The first step is on its way."
        : "The loss of every step is drawn here, live, with the learning rate."}
    </p>
  );
}

function RunReadings({ run: { steps, stepsSeen, trial, filmsPerSecond, state } }: { run: RunState }) {
  const lr = steps.lr[stepsSeen - 1];
  const epoch = trial?.epochs.at(-1);
  const smoothed = useMemo(() => thinSteps(steps, stepsSeen, 1).at(-1)?.smoothed, [steps, stepsSeen]);
  const readings = [
    { name: "training loss", value: formatMetric(smoothed) },
    { name: "validation loss", value: formatMetric(epoch?.validLoss) },
    { name: `${nameAuroc(trial ? targetsOf(trial.settings).length : 1)}, validation`, value: formatMetric(epoch?.auroc) },
    { name: "learning rate", value: lr === undefined ? "–" : formatLr(lr) },
  ];
  if (state === "running") readings.push({ name: "films a second", value: formatRate(filmsPerSecond) });
  return <Readings readings={readings} />;
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
