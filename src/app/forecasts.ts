// Keeps the forecast of memory and time in step with the settings, and refuses what it says does not fit. Computed in the worker.
import { LabError, toFailure } from "../protocol/labError";
import type { TrialSettings } from "../protocol/settings";
import type { Forecast, Trial } from "../protocol/training";
import type { LabContext } from "./context";
import { chooseFit, type Fit } from "./fit";
import { formatBatch, formatMemory, formatPass } from "./format";
import type { LabState } from "./state";

/** Settings that decide what a step takes. */
const FORECAST_KEYS = [
  "arch",
  "head",
  "averageDecay",
  "mixup",
  "batchSize",
  "imageSize",
  "engine",
  "activations",
  "arithmetic",
  "subgroups",
  "filmsPerPass",
  "gpuBudgetMiB",
] as const satisfies readonly (keyof TrialSettings)[];

const DEBOUNCE_MS = 150;
/** Steps of a job after which its timings are asked for, and again at its end. */
const TIMED_STEPS = 5;

export interface Forecasts {
  /** From now on each change that matters is forecast anew. */
  keep(): void;
  /**
   * Resolves to the page's settings, which fit: changed while they were judged, they are judged again.
   * @throws LabError overBudget where they do not fit
   */
  demandFit(): Promise<TrialSettings>;
  /** @throws LabError overBudget, with the ways out, where a kept trial cannot go on with its settings as they are given */
  demandTrialFits(trial: Trial): Promise<void>;
}

export function createForecasts({ store, workers }: LabContext): Forecasts {
  let newest = 0;

  async function ask(settings: TrialSettings): Promise<Forecast | null> {
    const turn = ++newest;
    const show = (answer: Pick<LabState["forecast"], "forecast" | "failure">) => {
      if (turn === newest) store.setState({ forecast: { of: settings, ...answer } });
    };
    try {
      const forecast = await workers.training.forecast(settings);
      show({ forecast, failure: null });
      return forecast;
    } catch (error) {
      show({ forecast: null, failure: toFailure(error) });
      throw error;
    }
  }

  return {
    keep() {
      let asked = "";
      let timer: ReturnType<typeof setTimeout> | undefined;
      store.subscribe((state) => {
        // Opened anew, the card may be another, and the worker that was asked may be gone with its answer.
        if (state.gpu.state !== "ready") {
          asked = "";
          return;
        }
        const due = describe(state);
        if (due === asked) return;
        asked = due;
        clearTimeout(timer);
        timer = setTimeout(() => {
          // What it fails with is shown where the forecast stands.
          ask(store.getState().settings).catch(() => {});
        }, DEBOUNCE_MS);
      });
    },

    async demandFit() {
      for (;;) {
        const { settings } = store.getState();
        const forecast = await ask(settings);
        if (store.getState().settings !== settings) continue;
        if (forecast && !chooseFit(forecast, settings).fits) throw overBudget(forecast, settings);
        return settings;
      }
    },

    async demandTrialFits(trial) {
      const forecast = await workers.training.forecast(trial.settings);
      if (!forecast) return;
      const fit = chooseFit(forecast, trial.settings, trial.sample.epochFilms);
      if (!fit.fits) throw trialOverBudget(trial, forecast, fit);
    },
  };
}

/** What a forecast depends on, as a text that changes with it. */
function describe({ settings, gpu, finder, run }: LabState): string {
  const timed = [finder.points.length, run.stepsSeen].map((steps) => steps >= TIMED_STEPS);
  return JSON.stringify([gpu.state, FORECAST_KEYS.map((key) => settings[key]), timed, finder.state, run.state]);
}

function overBudget({ gpuBytes, budgetBytes }: Forecast, settings: TrialSettings): LabError {
  return new LabError(
    "overBudget",
    `A ${formatBatch(settings)} takes ${formatMemory(gpuBytes)} of GPU memory, and the budget is ${formatMemory(budgetBytes)}. Choose a smaller Batch size, fewer Films per pass, or a larger GPU budget.`,
    formatPass(settings) ? "Films per pass" : "Batch size",
  );
}

/** All but the budget of a trial stays as it is, or it would be another trial. */
function trialOverBudget(
  { id, checkpoints }: Trial,
  { gpuBytes, budgetBytes }: Forecast,
  { enoughMiB, filmsPerPass }: Fit,
): LabError {
  const begin = `begin a new trial ${checkpoints.last ? "from its weights, by Begin next in Trials, " : ""}with`;
  const smaller = filmsPerPass === null ? "a smaller Batch size or Image size" : `Films per pass ${filmsPerPass}`;
  return new LabError(
    "overBudget",
    `Trial ${id} takes ${formatMemory(gpuBytes)} of GPU memory as it was started, and the budget is ${formatMemory(budgetBytes)}. Raise GPU budget to ${enoughMiB} MiB and resume, or ${begin} ${smaller}.`,
    "GPU budget",
  );
}
