// The bar above: which trial this is, what runs, what of the machine is used, and the theme switch.
import { useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import type { LabState } from "../../app/state";
import { chooseBudget } from "../../protocol/budget";
import { useLab } from "../labContext";
import { formatArchitecture, formatBytes, formatMemory, formatTargets } from "../parts/format";
import { GpuBadge } from "../parts/GpuPanel";
import { isUnderWay } from "../parts/ready";
import styles from "./frame.module.css";

export function TopBar() {
  const trial = useLab(describeTrial);
  const activity = useLab(describeActivity);
  const gpu = useLab((lab) => lab.gpu.report);
  const gpuBytes = useLab((lab) => lab.gpuBytes);
  const budgetBytes = useLab(({ gpu: { report }, run, settings }) => {
    const running = isUnderWay(run.state) && run.trial ? run.trial.settings : settings;
    return report ? chooseBudget(report, running.gpuBudgetMiB) : 0;
  });
  const diskBytes = useLab((lab) => lab.storage.usedBytes);
  const [name, ...details] = trial.split("\n");
  return (
    <header className={styles.topBar}>
      <div className={styles.brand}>
        <img src="./icon.svg" alt="" width="22" height="22" />
        <span>Roentgen Lab</span>
      </div>
      <div className={styles.trial}>
        <b>{name}</b> <span>{details.join(" · ")}</span>
      </div>
      <div className={styles.machine}>
        {activity && (
          <span className={styles.activity}>
            <i data-resting={activity === "Paused" || undefined} />
            {activity}
          </span>
        )}
        {gpu && (
          <span className={styles.gpu}>
            GPU
            {gpuBytes > 0 ? (
              <>
                <span className={styles.meter} data-over={gpuBytes > budgetBytes || undefined} aria-hidden="true">
                  <i style={{ width: `${Math.min(1, gpuBytes / budgetBytes) * 100}%` }} />
                </span>
                <span>
                  <b>{formatMemory(gpuBytes)}</b> of {formatMemory(budgetBytes)}
                </span>
              </>
            ) : (
              <>
                <b>{gpu.name}</b>
                <GpuBadge />
              </>
            )}
          </span>
        )}
        {diskBytes !== null && (
          <span className={styles.disk}>
            Disk <b>{formatBytes(diskBytes)}</b>
          </span>
        )}
        <span className={styles.privacy}>Nothing leaves this machine</span>
        <ThemeSwitch />
      </div>
    </header>
  );
}

function describeTrial({ run }: LabState): string {
  const { trial } = run;
  if (!trial) return "Next trial\nnot started";
  const { arch, imageSize } = trial.settings;
  const parts = [`Trial ${trial.id}`, formatTargets(trial.settings), formatArchitecture(arch), `${imageSize} px`];
  if (trial.parent !== null) parts.push(`from ${trial.parent}`);
  return parts.join("\n");
}

function describeActivity({ run, finder, preparation, evaluation, dataset, gpuCheck }: LabState): string | null {
  if (run.state === "running") return run.phase === "compiling" ? "Compiling" : "Training";
  if (run.state === "pausing") return "Pausing";
  if (run.state === "paused") return "Paused";
  if ([run, finder, preparation, evaluation, gpuCheck].some(({ state }) => state === "stopping")) return "Stopping";
  if (finder.state === "running") return "Finding the rate";
  if (preparation.state === "running") return "Preparing";
  if (evaluation.state === "running") return "Evaluating";
  if (gpuCheck.state === "running") return "Checking the GPU";
  return dataset.state === "opening" ? "Reading" : null;
}

function ThemeSwitch() {
  const { setColorScheme } = useMantineColorScheme();
  const isDark = useComputedColorScheme("dark") === "dark";
  const name = isDark ? "Light theme" : "Dark theme";
  return (
    <button
      type="button"
      className={styles.themeSwitch}
      aria-label={name}
      title={name}
      onClick={() => setColorScheme(isDark ? "light" : "dark")}
    >
      <svg viewBox="0 0 20 20" width="16" height="16" fill="currentColor" aria-hidden="true">
        <circle cx="10" cy="10" r="7" fill="none" stroke="currentColor" strokeWidth="1.6" />
        <path d="M10 3a7 7 0 0 1 0 14z" />
      </svg>
    </button>
  );
}
