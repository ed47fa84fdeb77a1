// The commands of LR Find, and what its events make of the page.
import * as Comlink from "comlink";
import { FINDER_DEFAULTS, type FinderEvent, SUGGESTIONS } from "../protocol/finder";
import { SETTING_RULES } from "../protocol/settingRules";
import { announce, type LabContext } from "./context";
import type { Forecasts } from "./forecasts";
import { formatFinderStep, formatLr, SUGGESTION_NAMES } from "./format";
import type { GpuJobs } from "./gpuJobs";
import { EMPTY_FINDER } from "./initialState";
import { type JobHandle, watchJob } from "./jobs";
import type { LabCommands } from "./labCommands";
import { demandOffered } from "./offeredFeatures";
import { demandPreparedSample } from "./preparedSample";

type FinderCommands = Pick<LabCommands, "findLr" | "stopFinder" | "chooseFinderRuns" | "pickMaxLr">;

export function createFinderCommands(
  context: LabContext,
  { alone, fail }: GpuJobs,
  forecasts: Pick<Forecasts, "demandFit">,
): FinderCommands {
  const { store, workers, patch, say } = context;
  let finding: JobHandle | null = null;

  /** Settings, films or weights changed under it: its curve would belong to none that are now chosen. */
  const isGivenUp = () => finding !== null && store.getState().finder.state === "idle";

  async function find(): Promise<void> {
    const settings = await forecasts.demandFit();
    demandOffered(store.getState(), settings);
    const sample = demandPreparedSample(store.getState());
    const { weights, finderRuns: runs } = store.getState();
    store.setState({ finder: { ...EMPTY_FINDER, state: "running", progress: { ...EMPTY_FINDER.progress, runs } } });
    const request = { settings, sample, weights: weights.choice, finder: { ...FINDER_DEFAULTS, runs } };
    const job = watchJob<FinderEvent>(
      (port) => workers.training.find(request, Comlink.transfer(port, [port])),
      (event) => {
        if (isGivenUp()) job.send({ type: "stop" });
        else onFinderEvent(event);
      },
    );
    finding = job;
    await job.done;
    finding = null;
  }

  function onFinderEvent(event: FinderEvent): void {
    switch (event.type) {
      case "phase":
        patch("finder", { phase: event.phase, compiling: event.progress ?? null });
        if (event.detail) say(event.detail);
        break;
      case "curve":
        patch("finder", { points: event.curve, progress: event.progress });
        store.setState({ gpuBytes: event.gpuBytes });
        say(`LR Find: ${formatFinderStep(event.progress)}.`);
        break;
      case "finished":
      case "stopped": {
        patch("finder", { state: event.type === "finished" ? "done" : "stopped", result: event.result });
        const { suggestions } = event.result;
        const named = SUGGESTIONS.flatMap((name) => {
          const lr = suggestions[name];
          return lr === null ? [] : [`${SUGGESTION_NAMES[name]} at ${formatLr(lr)}`];
        });
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
    findLr: () => alone("finder", "LR Find", find, isGivenUp),
    stopFinder() {
      if (!finding) return;
      patch("finder", { state: "stopping" });
      finding.send({ type: "stop" });
    },
    chooseFinderRuns: (runs) => store.setState({ finderRuns: runs }),
    pickMaxLr(lr) {
      if (!SETTING_RULES.maxLr.holds(lr)) return;
      store.setState((state) => ({
        settings: { ...state.settings, maxLr: lr },
        finder: state.finder.state === "idle" ? state.finder : { ...state.finder, chosen: lr },
      }));
      say(`Max LR is ${formatLr(lr)}.`);
    },
  };
}
