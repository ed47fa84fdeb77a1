// The forecast of GPU memory: against the budget as a bar, by part in figures, and in a sentence. Offers the largest batch; starts nothing.
import { Button } from "@mantine/core";
import { chooseFit } from "../../app/fit";
import type { TrialSettings } from "../../protocol/settings";
import type { Forecast, MemoryPart } from "../../protocol/training";
import { useCommands, useLab } from "../labContext";
import { FigureRows, SplitBar } from "./Figures";
import { describeMemory, describePasses } from "./forecastWords";
import { formatMemory } from "./format";
import { FailureNotice } from "./Notice";
import { Panel } from "./Panel";
import styles from "./parts.module.css";

/** Small parts stand with what they are most like, so that five are told apart at a glance. */
const GROUPS: { name: string; parts: MemoryPart[]; color: string }[] = [
  { name: "Weights", parts: ["weights"], color: "var(--part-1)" },
  { name: "Moments", parts: ["moments"], color: "var(--part-2)" },
  { name: "Features", parts: ["features"], color: "var(--part-3)" },
  { name: "Gradients", parts: ["gradients", "featureGradients"], color: "var(--part-4)" },
  { name: "Scratch and films", parts: ["scratch", "films"], color: "var(--part-5)" },
];

export function MemoryPanel({ disabled }: { disabled: boolean }) {
  const { of, forecast, failure } = useLab((lab) => lab.forecast);
  const gpu = useLab((lab) => lab.gpu.state);
  if (of && forecast) return <Known of={of} forecast={forecast} disabled={disabled} />;
  const words =
    of?.engine === "stock"
      ? "The plain model takes memory as it goes, so there is no forecast: several times what the fused engine needs."
      : gpu === "ready" && !failure
        ? "Adding up what a step will take."
        : "The forecast comes once there is a GPU to train on.";
  return (
    <Panel title="GPU memory">{failure ? <FailureNotice failure={failure} /> : <p className={styles.hint}>{words}</p>}</Panel>
  );
}

function Known({ of, forecast, disabled }: { of: TrialSettings; forecast: Forecast; disabled: boolean }) {
  const { parts, gpuBytes, budgetBytes } = forecast;
  const epochFilms = useLab((lab) => lab.sample.summary?.epochFilms);
  const { changeSettings } = useCommands();
  const { fits, largestBatch } = chooseFit(forecast, of, epochFilms);
  const groups = GROUPS.map(({ parts: names, ...group }) => ({
    ...group,
    value: names.reduce((sum, name) => sum + parts[name], 0),
  }));
  const passes = describePasses(of);
  return (
    <Panel
      title="GPU memory"
      aside={
        <span data-over={!fits || undefined} className={styles.amount}>
          {formatMemory(gpuBytes)} of {formatMemory(budgetBytes)}
        </span>
      }
    >
      <div className={styles.stack}>
        <SplitBar tall whole={Math.max(gpuBytes, budgetBytes)} parts={groups} mark={fits ? undefined : budgetBytes} />
        <p className={styles.hint}>{describeMemory(forecast, of)}</p>
        <FigureRows rows={groups.map(({ name, value, color }) => ({ name, color, value: formatMemory(value) }))} />
        {passes && <p className={styles.hint}>{passes}</p>}
        {fits && largestBatch > of.batchSize && (
          <Button size="xs" disabled={disabled} onClick={() => changeSettings({ batchSize: largestBatch, filmsPerPass: 0 })}>
            Use the largest batch that fits ({largestBatch})
          </Button>
        )}
      </div>
    </Panel>
  );
}

/** The forecast in its one sentence, for where the batch is not chosen. */
export function MemoryLine() {
  const { of, forecast } = useLab((lab) => lab.forecast);
  if (!of || !forecast) return null;
  const { fits } = chooseFit(forecast, of);
  return (
    <p className={styles.hint} data-over={!fits || undefined}>
      {describeMemory(forecast, of)}
      {!fits && " LR Find and Train offer the ways out."}
    </p>
  );
}
