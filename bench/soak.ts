// Does anything grow while a run goes on for hours? `npm run -s bench -- soak --minutes 120`: the small net on drawn films in real Chromium,
// paused, weighed and resumed again and again. A JSON line each time, and one over all of them.
import { parseArgs } from "node:util";
import type { Page } from "@playwright/test";
import { type LabEvent, openLab } from "../scripts/openLab";
import { readCount } from "./flags";
import { measureHeap } from "./heap";
import { startLongRun } from "./longRun";

interface Sample {
  minutes: number;
  steps: number;
  /** On the GPU, by the engine's own account. */
  gpuBytes: number;
  /** GPU buffers that are alive. */
  tensors: number;
  /** Of the page and its workers. */
  heapBytes: number;
  indexedDbBytes: number;
  opfsBytes: number;
}

const WEIGHED = ["gpuBytes", "tensors", "heapBytes", "indexedDbBytes", "opfsBytes"] as const satisfies (keyof Sample)[];

const PAUSED_MS = 2000;

export async function benchSoak(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      minutes: { type: "string", default: "120" },
      "seconds-between": { type: "string", default: "60" },
      batch: { type: "string", default: "4" },
    },
  });
  const minutes = readCount(values.minutes, "minutes", 1);
  const betweenMs = readCount(values["seconds-between"], "seconds-between", 1) * 1000;

  const counts: Counts = { steps: 0, epochs: 0, checkpoints: 0, gpuBytes: 0, tensors: 0 };
  const lab = await openLab((event) => count(counts, event), true);
  try {
    const { page } = lab;
    // Where processor and graphics card are one, a busy one may keep a click waiting.
    page.setDefaultTimeout(10 * 60_000);
    await startLongRun(lab, values.batch);
    // Waited for from the start, so that no event of all these hours is kept; whatever else ends the run fails the benchmark where it stands.
    const stopped = lab.waitFor("stopped", "trained");
    const endedEarly = stopped.then(({ type }) => Promise.reject(new Error(`The run is ${type} before its time.`)));
    endedEarly.catch(() => {});
    const samples: Sample[] = [];
    const begun = performance.now();
    const elapsed = () => (performance.now() - begun) / 60_000;
    while (elapsed() < minutes) {
      await Promise.race([endedEarly, new Promise((resolve) => setTimeout(resolve, betweenMs))]);
      await page.getByRole("button", { name: "Pause", exact: true }).click();
      const resume = page.getByRole("button", { name: "Resume", exact: true, disabled: false });
      await resume.waitFor();
      await page.waitForTimeout(PAUSED_MS);
      const { steps, gpuBytes, tensors } = counts;
      const heapBytes = await measureHeap(page);
      const sample = { minutes: round(elapsed()), steps, gpuBytes, tensors, heapBytes, ...(await measureStorage(page)) };
      samples.push(sample);
      console.log(JSON.stringify(sample));
      await resume.click();
    }
    await page.getByRole("button", { name: "Stop", exact: true }).click();
    await stopped;
    console.log(JSON.stringify(summarise(samples, counts)));
  } finally {
    await lab.close();
  }
}

interface Counts {
  steps: number;
  epochs: number;
  checkpoints: number;
  gpuBytes: number;
  tensors: number;
}

function count(counts: Counts, event: LabEvent): void {
  switch (event.type) {
    case "step":
      counts.steps = Number(event.step) + 1;
      break;
    case "checkpoint":
      counts.checkpoints++;
      break;
    case "epochEnd":
      counts.epochs++;
      counts.gpuBytes = Number(event.gpuBytes);
      counts.tensors = Number(event.tensors);
      break;
  }
}

function measureStorage(page: Page): Promise<Pick<Sample, "indexedDbBytes" | "opfsBytes">> {
  return page.evaluate(async () => {
    const { usageDetails } = (await navigator.storage.estimate()) as { usageDetails?: Record<string, number> };
    return { indexedDbBytes: usageDetails?.indexedDB ?? 0, opfsBytes: usageDetails?.fileSystem ?? 0 };
  });
}

const round = (n: number) => Math.round(n * 10) / 10;

/** Of each quantity the median of the first and of the last quarter of the samples, and the most there was. */
function summarise(samples: readonly Sample[], { steps, epochs, checkpoints }: Counts) {
  const quarter = Math.max(1, Math.floor(samples.length / 4));
  const figures = WEIGHED.map((name) => {
    const all = samples.map((sample) => sample[name]);
    return [name, { first: median(all.slice(0, quarter)), last: median(all.slice(-quarter)), most: Math.max(...all) }];
  });
  return {
    minutes: samples.at(-1)?.minutes ?? 0,
    steps,
    epochs,
    checkpoints,
    pauses: samples.length,
    ...Object.fromEntries(figures),
  };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
