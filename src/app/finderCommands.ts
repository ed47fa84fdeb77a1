// The commands of LR Find, and what its events make of the page.
import * as Comlink from "comlink";
import { FINDER_DEFAULTS, type FinderEvent } from "../protocol/training";
import { announce, type LabContext } from "./context";
import type { Forecasts } from "./forecasts";
import { formatCount, formatLr } from "./format";
import type { GpuJobs } from "./gpuJobs";
import { EMPTY_FINDER } from "./initialState";
import { type JobHandle, watchJob } from "./jobs";
import { demandPreparedSample } from "./preparedSample";
import type { LabCommands } from "./state";

type FinderCommands = Pick<LabCommands, "findLr" | "stopFinder" | "pickMaxLr">;

export function createFinderCommands(
  context: LabContext,
  { alone, fail }: GpuJobs,
  forecasts: Pick<Forecasts, "demandFit">,
): FinderCommands {
  const { store, workers, patch, say } = context;
  let finding: JobHandle | null = null;

  function onFinderEvent(event: FinderEvent): void {
    switch (event.type) {
      case "phase":
        patch("finder", { phase: event.phase, compiling: event.progress ?? null });
        if (event.detail) say(event.detail);
        break;
      case "points":
        patch("finder", { points: [...store.getState().finder.points, ...event.points], steps: event.steps });
        store.setState({ gpuBytes: event.gpuBytes });
        say(`LR Find: step ${formatCount(store.getState().finder.points.length)} of ${formatCount(event.steps)}.`);
        break;
      case "finished":
      case "stopped": {
        patch("finder", { state: event.type === "finished" ? "done" : "stopped", result: event.result });
        const { steepest, minimumOver10 } = event.result.suggestions;
        const named = [
          steepest !== null && `steepest at ${formatLr(steepest)}`,
          minimumOver10 !== null && `minimum / 10 at ${formatLr(minimumOver10)}`,
        ].filter(Boolean);
        say(`LR Find ${event.type}${named.length > 0 ? `: ${named.join(", ")}. Pick a max LR on the curve.` : "."}`);
        announce({ type: "finder", ...event.result });
        break;
      }
      case "failed":
        fail("finder", event);
        break;
    }
  }

  return {
    async findLr() {
      await alone("finder", "LR Find", async () => {
        const settings = await forecasts.demandFit();
        const sample = demandPreparedSample(store.getState());
        const { weights } = store.getState();
        store.setState({ finder: { ...EMPTY_FINDER, state: "running", steps: FINDER_DEFAULTS.steps } });
        const request = { settings, sample, weights: weights.choice, finder: FINDER_DEFAULTS };
        const job = watchJob<FinderEvent>(
          (port) => workers.training.find(request, Comlink.transfer(port, [port])),
          (event) => {
            // Settings, films or weights changed under it: the curve would belong to none that are now chosen.
            if (store.getState().finder.state === "idle") job.send({ type: "stop" });
            else onFinderEvent(event);
          },
        );
        finding = job;
        await job.done;
        finding = null;
      });
    },
    stopFinder() {
      if (!finding) return;
      patch("finder", { state: "stopping" });
      finding.send({ type: "stop" });
    },
    pickMaxLr(lr) {
      if (!(lr > 0) || !Number.isFinite(lr)) return;
      store.setState((state) => ({
        settings: { ...state.settings, maxLr: lr },
        finder: state.finder.result ? { ...state.finder, result: { ...state.finder.result, chosen: lr } } : state.finder,
      }));
      say(`Max LR is ${formatLr(lr)}.`);
    },
  };
}
