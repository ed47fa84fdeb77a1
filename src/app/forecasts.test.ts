import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createStore } from "zustand/vanilla";
import type { CurvePoint } from "../protocol/finder";
import { LabError } from "../protocol/labError";
import { DEFAULT_SETTINGS, type TrialSettings } from "../protocol/settings";
import type { Forecast, Trial } from "../protocol/training";
import { createContext } from "./context";
import { createForecasts } from "./forecasts";
import { INITIAL_STATE } from "./initialState";
import type { LabState } from "./state";
import type { Workers } from "./workers";

const BYTES_A_FILM = 2 ** 20;
const BUDGET = 32 * BYTES_A_FILM;

/** Forecasts on a worker that answers in the order in which its answers are let go. */
function createForecastsOnDoubles() {
  const store = createStore<LabState>(() => ({ ...INITIAL_STATE, gpu: { ...INITIAL_STATE.gpu, state: "ready" } }));
  const asked: { settings: TrialSettings; answer: () => void; fail: () => void }[] = [];
  const forecast = (settings: TrialSettings) =>
    new Promise<Forecast>((resolve, reject) => {
      const gpuBytes = settings.batchSize * BYTES_A_FILM;
      asked.push({
        settings,
        answer: () => resolve({ gpuBytes, budgetBytes: BUDGET, largestPass: 32 } as Forecast),
        fail: () => reject(new LabError("deviceLost", "Lost.")),
      });
    });
  const context = createContext(store, { training: { forecast } } as unknown as Workers);
  const change = (settings: Partial<TrialSettings>) =>
    store.setState((state) => ({ settings: { ...state.settings, ...settings } }));
  return { store, asked, change, forecasts: createForecasts(context) };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("asks once for changes in quick succession, and not for settings that change no memory", async () => {
  const { store, asked, change, forecasts } = createForecastsOnDoubles();
  forecasts.keep();
  for (const batchSize of [1, 12, 128]) change({ batchSize });
  await vi.runAllTimersAsync();
  change({ maxLr: 0.5 });
  await vi.runAllTimersAsync();
  expect(asked.map(({ settings }) => settings.batchSize)).toEqual([128]);
  asked[0]?.answer();
  await vi.runAllTimersAsync();
  expect(store.getState().forecast).toMatchObject({ of: { batchSize: 128 }, forecast: { gpuBytes: 128 * BYTES_A_FILM } });
});

it.each(["answer", "fail"] as const)("shows the newest answer, though an older one to %s comes last", async (end) => {
  const { store, asked, change, forecasts } = createForecastsOnDoubles();
  forecasts.keep();
  change({ batchSize: 1 });
  await vi.runAllTimersAsync();
  change({ batchSize: 2 });
  await vi.runAllTimersAsync();
  asked[1]?.answer();
  await vi.runAllTimersAsync();
  asked[0]?.[end]();
  await vi.runAllTimersAsync();
  expect(store.getState().forecast).toMatchObject({ of: { batchSize: 2 }, failure: null });
});

it("shows why there is no forecast", async () => {
  const { store, asked, change, forecasts } = createForecastsOnDoubles();
  forecasts.keep();
  change({ batchSize: 1 });
  await vi.runAllTimersAsync();
  asked[0]?.fail();
  await vi.runAllTimersAsync();
  expect(store.getState().forecast).toMatchObject({ of: { batchSize: 1 }, forecast: null, failure: { code: "deviceLost" } });
});

it("asks again once the card is opened anew, as after the worker was lost", async () => {
  const { store, asked, change, forecasts } = createForecastsOnDoubles();
  forecasts.keep();
  change({ batchSize: 1 });
  await vi.runAllTimersAsync();
  asked[0]?.fail();
  await vi.runAllTimersAsync();
  for (const state of ["asking", "ready"] as const) store.setState(({ gpu }) => ({ gpu: { ...gpu, state } }));
  await vi.runAllTimersAsync();
  asked[1]?.answer();
  await vi.runAllTimersAsync();
  expect(store.getState().forecast).toMatchObject({ of: { batchSize: 1 }, failure: null, forecast: { gpuBytes: BYTES_A_FILM } });
});

it("judges anew what was changed while it was judged, and names what fits", async () => {
  const { asked, change, forecasts } = createForecastsOnDoubles();
  change({ batchSize: 33 });
  const judged = forecasts.demandFit();
  change({ batchSize: 8 });
  asked[0]?.answer();
  await vi.runAllTimersAsync();
  expect(asked).toHaveLength(2);
  asked[1]?.answer();
  expect((await judged).batchSize).toBe(8);
});

it.each([
  [
    3,
    /^Trial 7 takes 48\sMiB of GPU memory.* budget is 32\sMiB\. Raise GPU budget to 512 MiB and resume, or begin a new trial from its weights, by Begin next in Trials, with Films per pass 24\.$/,
  ],
  [null, /or begin a new trial with Films per pass 24\.$/],
] as const)(
  "judges a trial that would go on by its own settings, which the page's forecast does not show",
  async (last, sentence) => {
    const { store, asked, change, forecasts } = createForecastsOnDoubles();
    change({ batchSize: 8 });
    const trial = (batchSize: number) =>
      ({
        id: 7,
        settings: { ...DEFAULT_SETTINGS, batchSize },
        sample: { epochFilms: 100 },
        checkpoints: { last: last && { step: last } },
      }) as unknown as Trial;
    const fitting = forecasts.demandTrialFits(trial(32));
    asked[0]?.answer();
    await fitting;
    const judged = forecasts.demandTrialFits(trial(48));
    asked[1]?.answer();
    await expect(judged).rejects.toMatchObject({
      code: "overBudget",
      at: "GPU budget",
      message: expect.stringMatching(sentence),
    });
    expect(store.getState().forecast).toEqual(INITIAL_STATE.forecast);
  },
);

it("asks again once a job has taken a few steps, for their time", async () => {
  const { store, asked, change, forecasts } = createForecastsOnDoubles();
  forecasts.keep();
  change({ batchSize: 2 });
  await vi.runAllTimersAsync();
  for (const steps of [1, 4, 5, 6, 7]) {
    const points = Array.from({ length: steps }, (): CurvePoint => ({ lr: 1, loss: 1, smoothed: 1, low: 1, high: 1 }));
    store.setState((state) => ({ finder: { ...state.finder, points } }));
    await vi.runAllTimersAsync();
  }
  expect(asked).toHaveLength(2);
});

it.each([
  [32, null],
  [33, /^A batch of 33 takes 33\sMiB of GPU memory, and the budget is 32\sMiB\./],
] as const)("judges a batch of %i by the settings of the moment", async (batchSize, sentence) => {
  const { asked, change, forecasts } = createForecastsOnDoubles();
  change({ ...DEFAULT_SETTINGS, batchSize });
  const judged = forecasts.demandFit().then(
    () => null,
    (error: unknown) => error,
  );
  asked[0]?.answer();
  const error = await judged;
  if (sentence) expect(error).toMatchObject({ code: "overBudget", at: "Batch size", message: expect.stringMatching(sentence) });
  else expect(error).toBeNull();
});
