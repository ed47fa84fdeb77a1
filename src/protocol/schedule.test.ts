import { describe, expect, it } from "vitest";
import golden from "./golden/schedule.json";
import { oneCycle, phaseAt, planPhases, thinRates } from "./schedule";
import { DEFAULT_SETTINGS, type TrialSettings } from "./settings";

/** Largest relative distance between what is computed and the golden. */
function worst(expected: number[], actual: (step: number) => number): number {
  return Math.max(...expected.map((value, step) => Math.abs(actual(step) - value) / Math.abs(value)));
}

const plan = (change: Partial<TrialSettings>, stepsPerEpoch: number) =>
  planPhases({ ...DEFAULT_SETTINGS, ...change }, stepsPerEpoch);

describe("every batch runs at fastai's rate and momentum", () => {
  it.each(golden.oneCycle)("one-cycle, $n steps, $pct_start up", (given) => {
    const [first = 0, second = 0] = given.moms;
    const schedule = oneCycle({
      maxLr: given.lr_max,
      totalSteps: given.n,
      divFactor: given.div_factor,
      pctStart: given.pct_start,
      finalDiv: given.final_div,
      moms: [first, second],
    });
    expect(given.lrs).toHaveLength(given.n);
    expect(worst(given.lrs, (step) => schedule(step, []).lr)).toBeLessThan(1e-10);
    expect(worst(given.momentums, (step) => schedule(step, []).momentum)).toBeLessThan(1e-10);
  });

  it.each(golden.flatCos)("flat, then cosine, $n steps, $pct_start flat", ({ n, lr, div_final, pct_start, lrs }) => {
    const [phase] = plan({ schedule: "flatCos", epochs: 1, maxLr: lr, flatPct: pct_start, flatFinalDiv: div_final }, n);
    expect(lrs).toHaveLength(n);
    expect(worst(lrs, (step) => phase?.ratesAt(step, []).lr ?? NaN)).toBeLessThan(1e-10);
    expect(phase?.ratesAt(0, []).momentum).toBe(DEFAULT_SETTINGS.betas[0]);
  });

  it.each(golden.plateau)("plateau after $valid_losses, patience $patience", ({ valid_losses, lr, patience, factor, lrs }) => {
    const [phase] = plan(
      { schedule: "plateau", epochs: lrs.length, maxLr: lr, plateauPatience: patience + 1, plateauFactor: factor },
      3,
    );
    const epochs = valid_losses.map((validLoss) => ({ validLoss }));
    // Whole epochs at one rate; and an earlier step is given the same, however much has come since.
    for (const of of [0, 2]) {
      expect(worst(lrs, (epoch) => phase?.ratesAt(3 * epoch + of, epochs.slice(0, epoch)).lr ?? NaN)).toBeLessThan(1e-12);
      expect(worst(lrs, (epoch) => phase?.ratesAt(3 * epoch + of, epochs).lr ?? NaN)).toBeLessThan(1e-12);
    }
  });
});

it("keeps a constant rate, and the optimiser's momentum", () => {
  const [phase] = plan({ schedule: "constant", maxLr: 0.02 }, 50);
  for (const step of [0, 1, 149]) expect(phase?.ratesAt(step, [])).toEqual({ lr: 0.02, momentum: 0.9 });
});

describe("phases", () => {
  it("give the frozen epochs and the others a cycle each, over their own steps", () => {
    const phases = plan({ epochs: 5, freezeEpochs: 2 }, 10);
    expect(phases.map(({ firstEpoch, firstStep, isFrozen }) => [firstEpoch, firstStep, isFrozen])).toEqual([
      [0, 0, true],
      [2, 20, false],
    ]);
    const [alone] = plan({ epochs: 3 }, 10);
    for (const step of [0, 7, 29]) {
      expect(phaseAt(phases, 20 + step).ratesAt(20 + step, [])).toEqual(alone?.ratesAt(step, []));
    }
    expect(phaseAt(phases, 19).isFrozen).toBe(true);
  });

  it("are one where nothing is frozen, or all of the run is", () => {
    expect(plan({ epochs: 3, freezeEpochs: 0 }, 10)).toMatchObject([{ firstStep: 0, isFrozen: false }]);
    for (const freezeEpochs of [3, 8]) {
      expect(plan({ epochs: 3, freezeEpochs }, 10)).toMatchObject([{ firstStep: 0, isFrozen: true }]);
    }
  });

  it("wait for a plateau of their own", () => {
    const phases = plan({ schedule: "plateau", epochs: 4, freezeEpochs: 2, maxLr: 1, plateauFactor: 0.5 }, 10);
    const epochs = [0.5, 0.6, 0.7].map((validLoss) => ({ validLoss }));
    expect([10, 20, 30].map((step) => phaseAt(phases, step).ratesAt(step, epochs).lr)).toEqual([1, 1, 1]);
    const worse = [...epochs, { validLoss: 0.8 }];
    expect(phaseAt(phases, 40).ratesAt(40, worse).lr).toBe(0.5);
  });
});

it("thins a long run to what a chart can draw, both ends kept", () => {
  const phases = plan({ epochs: 10 }, 1000);
  const points = thinRates(phases, 10_000);
  expect(points).toHaveLength(160);
  expect([points[0]?.step, points.at(-1)?.step]).toEqual([0, 9999]);
  expect(points[80]).toEqual({ step: points[80]?.step, ...phases[0]?.ratesAt(points[80]?.step ?? 0, []) });
  expect(thinRates(plan({ epochs: 1 }, 1), 1)).toMatchObject([{ step: 0 }]);
});
