// What the browser's tab is called: how far a run is, for a person who works in another tab meanwhile. Pure.
import type { LabState } from "../../app/state";

const LAB = "Roentgen Lab";

export function tabTitle({ run, finder }: Pick<LabState, "run" | "finder">): string {
  if (finder.state === "running") return `${percent(finder.progress)} · LR Find · ${LAB}`;
  const trial = `Trial ${run.trial?.id ?? ""}`.trim();
  switch (run.state) {
    case "idle":
      return LAB;
    case "running":
    case "pausing":
    case "stopping":
      return `${percent({ step: run.stepsSeen, steps: run.stepsTotal })} · ${trial} · ${LAB}`;
    case "done":
      return `${trial} finished · ${LAB}`;
    case "paused":
    case "stopped":
    case "failed":
      return `${trial} ${run.state} · ${LAB}`;
  }
}

/** Rounded down, so that 100 % is the end. */
function percent({ step, steps }: { step: number; steps: number }): string {
  return `${steps > 0 ? Math.floor((100 * step) / steps) : 0} %`;
}
