// The commands of the check of the graphics card, what its events make of the page, and what is kept of it. It judges nothing itself.
import * as Comlink from "comlink";
import type { CheckEvent, GpuCheckReport, GpuCheckSummary } from "../protocol/gpuCheck";
import { toFailure } from "../protocol/labError";
import { createGpuCheckStore, type GpuCheckStore } from "../storage/gpuChecks";
import { announce, type LabContext } from "./context";
import type { GpuJobs } from "./gpuJobs";
import { NOT_CHECKED } from "./initialState";
import { type JobHandle, watchJob } from "./jobs";
import type { LabCommands } from "./labCommands";
import { saveText } from "./save";
import { type CheckWorker, startCheckWorker } from "./workers";

/** Put in its place by vite.config.ts. */
declare const CHECKED_VERSION: string;

/** For the one check that is under way; the slowest ends within a few seconds, also on a software adapter. */
const LONGEST_STOP_MS = 20_000;

type GpuCheckCommands = Pick<LabCommands, "checkGpu" | "stopCheckingGpu" | "downloadGpuCheck"> & {
  /** Shows what was kept of an earlier check of this card, if it still holds. */
  recallCheck(adapter: string): Promise<void>;
};

export function createGpuCheckCommands(
  context: LabContext,
  { alone, fail }: GpuJobs,
  { start = startCheckWorker, kept = createGpuCheckStore() }: { start?: typeof startCheckWorker; kept?: GpuCheckStore } = {},
): GpuCheckCommands {
  const { store, patch, say } = context;
  let checking: { job: JobHandle; worker: CheckWorker } | null = null;

  async function onEnd(report: GpuCheckReport): Promise<void> {
    patch("gpuCheck", { state: "done", report });
    say(report.verdict);
    announce({ type: "gpuChecked", ...report });
    // A card that is checked stays so for this visit, kept or not.
    await kept.write(report).catch((error: unknown) => say(toFailure(error).message));
  }

  return {
    async recallCheck(adapter) {
      const report = await kept.read({ adapter, browser: navigator.userAgent, lab: CHECKED_VERSION });
      // What is checked in the meantime is newer.
      if (report && store.getState().gpuCheck === NOT_CHECKED) patch("gpuCheck", { state: "done", report });
    },
    checkGpu: () =>
      alone("gpuCheck", "The check of the graphics card", async () => {
        // A software adapter would take minutes over what a card does in seconds.
        const scope = store.getState().gpu.report?.isSoftware ? "quick" : "whole";
        patch("gpuCheck", { state: "running", progress: null, failure: null });
        say("Checking the graphics card.");
        const worker = start();
        let report: GpuCheckReport | null = null;
        const job = watchJob<CheckEvent>(
          (port) => worker.check(scope, Comlink.transfer(port, [port])),
          (event) => {
            if (event.type === "checkProgress") patch("gpuCheck", { progress: event });
            else if (event.type === "finished") report = event.report;
            // Who stopped it is told no reason why it ended.
            else if (event.type === "failed" && store.getState().gpuCheck.state !== "stopping") fail("gpuCheck", event);
            else {
              patch("gpuCheck", { state: "stopped" });
              say("The check of the graphics card was stopped.");
            }
          },
        );
        checking = { job, worker };
        await job.done;
        checking = null;
        worker.end();
        if (report) await onEnd(report);
      }),
    stopCheckingGpu() {
      if (!checking) return;
      const { job, worker } = checking;
      patch("gpuCheck", { state: "stopping" });
      job.send({ type: "stop" });
      // A driver that hangs lets no check come to its end.
      const hung = setTimeout(worker.end, LONGEST_STOP_MS);
      void job.done.then(() => clearTimeout(hung));
    },
    downloadGpuCheck() {
      const { report } = store.getState().gpuCheck;
      if (report) saveText("gpu-check.json", `${JSON.stringify(report, null, 2)}\n`, "application/json");
    },
  };
}

/** What a trial keeps of a check. */
export function summariseCheck({
  adapter,
  browser,
  lab,
  checkedAt,
  scope,
  passed,
  features,
  checks,
  worst,
  failed,
  verdict,
}: GpuCheckReport): GpuCheckSummary {
  return { adapter, browser, lab, checkedAt, scope, passed, features, checks, worst, failed, verdict };
}
