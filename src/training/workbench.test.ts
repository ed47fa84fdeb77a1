import { describe, expect, it } from "vitest";
import { FINDER_DEFAULTS } from "../protocol/finder";
import { LabError } from "../protocol/labError";
import { createTestLab, play } from "./testLab";
import { train } from "./testRuns";
import { TEST_SETTINGS } from "./testSample";

it("opens one GPU for two that ask at once, and another after one that could not be opened", async () => {
  const lab = createTestLab();
  lab.beforeOpen = () => Promise.reject(new LabError("noWebGpu", "None."));
  await expect(lab.session.openAdapter(false)).rejects.toMatchObject({ code: "noWebGpu" });
  lab.beforeOpen = async () => {};
  const settings = { ...TEST_SETTINGS, imageSize: 32 };
  await Promise.all([lab.session.openAdapter(false), lab.session.forecast(settings)]);
  expect(lab.opened).toBe(1);
});

it("opens a software adapter for who allows it, though it is being refused to another at that moment", async () => {
  const lab = createTestLab();
  lab.beforeOpen = async () => {
    if (lab.opened++ === 0) throw new LabError("softwareAdapter", "Slow.");
  };
  const refused = lab.session.forecast({ ...TEST_SETTINGS, imageSize: 32 });
  await Promise.all([
    expect(refused).rejects.toMatchObject({ code: "softwareAdapter" }),
    expect(lab.session.openAdapter(true)).resolves.toMatchObject({ name: "test" }),
  ]);
});

describe("the forecast", () => {
  it("says how long a step and a validation film take once a few of these settings were timed, and nothing of others", async () => {
    const lab = createTestLab();
    const settings = { ...TEST_SETTINGS, imageSize: 32 };
    expect(await lab.session.forecast(settings)).toMatchObject({ msPerStep: null, msPerValidFilm: null });
    await train(lab, (await lab.createTrial({ imageSize: 32 })).id);
    // The clock of the test lab goes on by one each time it is read.
    const timed = await lab.session.forecast(settings);
    expect(timed?.msPerStep).toBeGreaterThan(0);
    expect(timed?.msPerValidFilm).toBeGreaterThan(0);
    // A budget decides whether bottlenecks are kept, which takes less time than computing them again.
    for (const other of [{ filmsPerPass: 2 }, { gpuBudgetMiB: 512 }]) {
      expect(await lab.session.forecast({ ...settings, ...other })).toMatchObject({ msPerStep: null });
    }
  });

  it("reckons with frozen steps by their share of the run", async () => {
    const lab = createTestLab();
    const settings = { ...TEST_SETTINGS, imageSize: 32, freezeEpochs: 1 };
    lab.onEngine = (engine) => {
      const { trainStep } = engine;
      engine.trainStep = (batch, step, observe) => {
        lab.pass(step.frozenGroups ? 99 : 299);
        return trainStep(batch, step, observe);
      };
    };
    const { id } = await lab.createTrial(settings);
    await train(lab, id);
    const msPerStep = async (freezeEpochs: number) => (await lab.session.forecast({ ...settings, freezeEpochs }))?.msPerStep;
    expect([await msPerStep(0), await msPerStep(3)]).toEqual([300, 100]);
    expect(await msPerStep(1)).toBeCloseTo((100 + 2 * 300) / 3, 9);
  });

  it("is of the fused engine only, and within the budget where it says that a pass fits", async () => {
    const lab = createTestLab();
    const settings = { ...TEST_SETTINGS, imageSize: 64, batchSize: 1024, gpuBudgetMiB: 1024 };
    expect(await lab.session.forecast({ ...settings, engine: "stock" })).toBeNull();
    const forecast = await lab.session.forecast(settings);
    if (!forecast) throw new Error("no forecast");
    expect(forecast.budgetBytes).toBe(2 ** 30);
    expect(forecast.largestPass).toBeGreaterThan(0);
    for (const other of [{ gpuBudgetMiB: 128 }, { imageSize: 512 }]) {
      expect((await lab.session.forecast({ ...settings, ...other }))?.largestPass).toBeLessThan(forecast.largestPass);
    }
    for (const [filmsPerPass, fits] of [
      [forecast.largestPass, true],
      [0, forecast.largestPass >= 1024],
    ] as const) {
      const { gpuBytes = 0 } = (await lab.session.forecast({ ...settings, filmsPerPass })) ?? {};
      expect(gpuBytes <= forecast.budgetBytes).toBe(fits);
    }
  });
});

it("lends a network that keeps a moving average to a trial only: LR Find and an evaluation move none", async () => {
  const lab = createTestLab();
  const settings = { ...TEST_SETTINGS, averageDecay: 0.9 };
  const { id } = await lab.createTrial(settings);
  const { sample } = lab;
  const weights = { kind: "trial", trialId: id, which: "last" } as const;
  await train(lab, id);
  await play((port) => lab.session.evaluate({ settings, sample, weights, views: 0 }, port));
  await play((port) => lab.session.find({ settings, sample, weights, finder: FINDER_DEFAULTS }, port));
  expect(lab.engines.map(({ options }) => options.averages)).toEqual([true, false, false]);
});
