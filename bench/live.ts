// What does watching a run cost? `npm run -s bench -- live [--seconds 20] [--batch 4]`: the page's main thread while the small net trains on
// drawn films in real Chromium, and the steps that the run takes meanwhile.
import { parseArgs } from "node:util";
import { openLab } from "../scripts/openLab";
import { readCount } from "./flags";
import { startLongRun } from "./longRun";
import { watchTasks } from "./tasks";

export async function benchLive(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { seconds: { type: "string", default: "20" }, batch: { type: "string", default: "4" } },
  });
  const seconds = readCount(values.seconds, "seconds", 1);
  let steps = 0;
  const lab = await openLab((event) => {
    if (event.type === "step") steps = Number(event.step) + 1;
  });
  try {
    await startLongRun(lab, values.batch);
    const stepsBefore = steps;
    const begun = performance.now();
    const tasks = await watchTasks(lab.page);
    await lab.page.waitForTimeout(seconds * 1000);
    const taken = (performance.now() - begun) / 1000;
    const stepsTaken = steps - stepsBefore;
    const { longest, total, long } = await tasks.stop();
    console.log(
      JSON.stringify({
        seconds: round(taken),
        stepsPerSecond: round(stepsTaken / taken),
        busyShare: round(total / taken / 1000),
        longestTaskMs: longest,
        longTasks: long,
      }),
    );
  } finally {
    await lab.close();
  }
}

const round = (n: number) => Math.round(n * 1000) / 1000;
