// The check of the graphics card: start and stop it, what it came to, how fast the card is, and the report to take away. Computes nothing.
import { Button } from "@mantine/core";
import type { CheckedPart, GpuCheckReport, Speed, StepForecast } from "../../protocol/gpuCheck";
import { useCommands, useLab } from "../labContext";
import { CHECK_WORDS, toneOfCheck } from "./describeCheck";
import { FigureRows } from "./Figures";
import fieldStyles from "./fields.module.css";
import { formatArchitecture, formatCount, formatMemory, formatMs } from "./format";
import styles from "./gpuPanel.module.css";
import { JobProgress } from "./JobProgress";
import { FailureNotice, Notice } from "./Notice";
import { Panel } from "./Panel";
import partsStyles from "./parts.module.css";
import { isUnderWay } from "./ready";
import { SettledButton } from "./SettledButton";
import { useLooksOn } from "./useLooksOn";

/** Beside the card's name: checked, not checked, or failed. */
export function GpuBadge() {
  const report = useLab((lab) => lab.gpuCheck.report);
  const tone = toneOfCheck(report);
  return (
    <span className={styles.badge} data-check={tone} title={report?.verdict}>
      {CHECK_WORDS[tone]}
    </span>
  );
}

export function GpuPanel() {
  const gpu = useLab((lab) => lab.gpu.report);
  const { state, progress, report, failure } = useLab((lab) => lab.gpuCheck);
  const isTaken = useLab(({ run, finder, evaluation }) =>
    [isUnderWay(run.state), isUnderWay(finder.state), isUnderWay(evaluation.state)].some(Boolean),
  );
  const looksOn = useLooksOn();
  const { checkGpu, stopCheckingGpu, downloadGpuCheck } = useCommands();
  if (!gpu) return null;
  const isChecking = state === "running" || state === "stopping";
  return (
    <Panel title={gpu.name} aside={<GpuBadge />}>
      <div className={partsStyles.stack}>
        {!report && !isChecking && (
          <p className={partsStyles.hint}>
            A graphics card's driver can compute wrongly and say nothing. The check does every computation of the lab on this
            card, and compares it with the right numbers. It takes a minute or two.
          </p>
        )}
        {isChecking && (
          <JobProgress
            name="Checks of the graphics card"
            done={progress?.done ?? 0}
            total={progress?.total ?? 0}
            words={progress ? `${progress.name}: ${progress.done} of ${progress.total} done` : "Getting ready"}
          />
        )}
        <FailureNotice failure={failure} title="The card could not be checked" />
        {report && !isChecking && <Result report={report} />}
        <div className={partsStyles.actions}>
          {isChecking ? (
            <SettledButton size="xs" disabled={state === "stopping"} onClick={stopCheckingGpu}>
              Stop
            </SettledButton>
          ) : (
            <SettledButton size="xs" variant="default" disabled={looksOn || isTaken} onClick={() => void checkGpu()}>
              Check this GPU
            </SettledButton>
          )}
          {report && !isChecking && (
            <Button size="xs" variant="default" onClick={downloadGpuCheck}>
              Download report
            </Button>
          )}
        </div>
      </div>
    </Panel>
  );
}

function Result({ report }: { report: GpuCheckReport }) {
  const { passed, verdict, speed, parts, limits, checkedAt } = report;
  return (
    <>
      <Notice tone={passed ? "good" : "error"}>{verdict}</Notice>
      <FigureRows
        rows={[
          { name: "Checked", value: dates.format(new Date(checkedAt)) },
          ...(speed
            ? [
                { name: "Matrix product", value: `${formatFigure(speed.gemmGflops)} GFLOPS` },
                ...(speed.halfGemmGflops ? [{ name: "In halves", value: describeHalves(speed, speed.halfGemmGflops) }] : []),
                { name: "Memory, at least", value: `${formatFigure(speed.copyGigabytesPerSecond)} GB/s` },
                ...speed.forecasts.map((forecast) => ({
                  name: `${formatArchitecture(forecast.arch)} step`,
                  value: `about ${formatMs(forecast.seconds * 1000)}`,
                })),
              ]
            : []),
        ]}
      />
      {speed && <p className={partsStyles.hint}>{describeForecast(speed.forecasts[0])}</p>}
      <details className={fieldStyles.group}>
        <summary>All checks</summary>
        <FigureRows rows={parts.map(describePart)} />
      </details>
      <details className={fieldStyles.group}>
        <summary>Limits</summary>
        <FigureRows rows={LIMITS.map(([name, limit, format]) => ({ name, value: format(limits[limit] ?? 0) }))} />
      </details>
    </>
  );
}

/** Those that decide how a step is cut; all of them are in the report. */
const LIMITS: [name: string, limit: string, format: (value: number) => string][] = [
  ["Largest buffer", "maxBufferSize", formatMemory],
  ["Largest binding", "maxStorageBufferBindingSize", formatMemory],
  ["Memory of a workgroup", "maxComputeWorkgroupStorageSize", formatMemory],
  ["Threads of a workgroup", "maxComputeInvocationsPerWorkgroup", formatCount],
  ["Workgroups in a row", "maxComputeWorkgroupsPerDimension", formatCount],
];

function describeHalves({ gemmGflops }: Speed, halfGemmGflops: number): string {
  const times = halfGemmGflops / gemmGflops;
  return `${formatFigure(halfGemmGflops)} GFLOPS, ${times < 1 ? "only " : ""}${times.toFixed(1)} times as fast`;
}

function describeForecast(forecast: StepForecast | undefined): string {
  if (!forecast) return "";
  const { batchSize, imageSize } = forecast;
  return `A step is of ${batchSize} films of ${imageSize} px. Its time is estimated: what its arithmetic or its memory traffic takes at the speeds above, whichever is longer. A real step is rather slower; LR Find measures it.`;
}

function describePart({ name, checks, worst, failures }: CheckedPart) {
  const [first] = failures;
  return {
    name,
    value: first
      ? `${failures.length} of ${checks} failed: ${first.check}`
      : `${formatCount(checks)} right${worst ? `, within ${worst.error.toExponential(1)}` : ""}`,
    ...(first && { tone: "positive" as const }),
  };
}

const dates = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });
const figures = new Intl.NumberFormat("en-GB", { maximumSignificantDigits: 3 });
const formatFigure = (value: number) => figures.format(value);
