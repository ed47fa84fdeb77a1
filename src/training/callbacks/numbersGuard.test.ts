import { describe, expect, it } from "vitest";
import { LabError } from "../../protocol/labError";
import type { StepRecord } from "../../protocol/training";
import { StepHistory } from "../history";
import { NumbersGuard } from "./numbersGuard";

const ONE_RATE = { maxLr: 1, sliceFrom: 0 };
const step = (n: number, loss = 1, lr = 0.5): StepRecord => ({ step: n, epoch: 0, loss, lr, momentum: 0.9 });

/** Steps that the guard lets pass before it ends the run. */
async function passed(guard: NumbersGuard, losses: number[], from = 0): Promise<number> {
  for (const [at, loss] of losses.entries()) {
    const failed = await guard.onLoss(step(from + at, loss)).catch((error: unknown) => error);
    if (failed) {
      expect(failed).toMatchObject({ code: "lossExploded", at: "Max LR" });
      return at;
    }
  }
  return losses.length;
}

describe("a loss that is not finite", () => {
  it("proposes a tenth of the highest rate that the run came to, not of one it never reached", async () => {
    const history = new StepHistory();
    history.push(step(0, 1, 0.02));
    history.push(step(1, 1, 0.04));
    await expect(new NumbersGuard(ONE_RATE, history, Math.LN2).onLoss(step(2, Number.POSITIVE_INFINITY))).rejects.toMatchObject({
      code: "lossNotFinite",
      message: expect.stringMatching(/Infinity at step 2 .* such as 4e-3\./),
      proposal: { maxLr: 4e-3 },
    });
    await expect(new NumbersGuard(ONE_RATE, new StepHistory(), Math.LN2).onLoss(step(0, Number.NaN))).rejects.toMatchObject({
      proposal: { maxLr: 0.1 },
    });
  });

  it("proposes a lower rate for the first layers too, where they have their own: it would stay as high", async () => {
    const history = new StepHistory();
    history.push(step(0, 1, 0.02));
    await expect(
      new NumbersGuard({ maxLr: 0.04, sliceFrom: 0.01 }, history, Math.LN2).onLoss(step(1, Number.NaN)),
    ).rejects.toMatchObject({
      message: expect.stringMatching(/lower Max LR, such as 2e-3, and First layers' LR 5e-4\.$/),
      proposal: { maxLr: 2e-3, sliceFrom: 5e-4 },
    });
  });

  it("names the array that overflowed", async () => {
    const guard = new NumbersGuard(ONE_RATE, new StepHistory(), Math.LN2);
    const array = (value: number) => new Map([["classifier.weight", { shape: [1], data: Float32Array.of(value) }]]);
    await expect(guard.checkState({ step: 5, model: array(Number.NaN), optimizer: new Map() })).rejects.toThrow(
      /classifier\.weight .* 5 steps/,
    );
    await guard.checkState({ step: 5, model: array(1), optimizer: array(2) });
  });

  it("is told by its cause where that is known", async () => {
    const cause = new LabError("floatPrecision", "halves");
    const guard = new NumbersGuard(ONE_RATE, new StepHistory(), Math.LN2, async () => cause);
    await expect(guard.onLoss(step(0, Number.NaN))).rejects.toBe(cause);
  });
});

describe("a loss that explodes", () => {
  const falling = Array.from({ length: 100 }, (_, i) => 0.7 - 0.006 * i);

  it("ends the run once it is smoothed to four times what a network loses that knows nothing", async () => {
    const guard = new NumbersGuard(ONE_RATE, new StepHistory(), Math.LN2);
    expect(await passed(guard, falling)).toBe(100);
    // Smoothed from s: 10 - (10 - s) 0.98^k > 4 ln 2 where k > log((10 - 4 ln 2) / (10 - s)) / log 0.98.
    let smoothed = falling.reduce((sum, loss) => 0.98 * sum + 0.02 * loss, 0);
    smoothed = smoothed / (1 - 0.98 ** 100);
    const k = Math.log((10 - 4 * Math.LN2) / (10 - smoothed)) / Math.log(0.98);
    const until = await passed(guard, Array<number>(100).fill(10), 100);
    expect(Math.abs(until - k)).toBeLessThan(3);
  });

  it("is noticed as early where all losses are smaller, as focal ones are", async () => {
    const small = [...falling, ...Array<number>(100).fill(10)].map((loss) => loss / 8);
    const blind = Math.LN2 / 8;
    expect(await passed(new NumbersGuard(ONE_RATE, new StepHistory(), blind), small)).toBe(
      await passed(
        new NumbersGuard(ONE_RATE, new StepHistory(), Math.LN2),
        small.map((loss) => 8 * loss),
      ),
    );
    expect(await passed(new NumbersGuard(ONE_RATE, new StepHistory(), Math.LN2), small)).toBe(200);
  });

  it("is measured by the best so far where that is higher", async () => {
    const high = Array<number>(50).fill(3);
    expect(
      await passed(new NumbersGuard(ONE_RATE, new StepHistory(), Math.LN2), [...high, ...Array<number>(200).fill(11.9)]),
    ).toBe(250);
    expect(
      await passed(new NumbersGuard(ONE_RATE, new StepHistory(), Math.LN2), [...high, ...Array<number>(400).fill(13)]),
    ).toBeLessThan(450);
  });

  it("is no single step, and no multiple of a loss that is small already", async () => {
    const small = Array<number>(200).fill(0.01);
    expect(
      await passed(new NumbersGuard(ONE_RATE, new StepHistory(), Math.LN2), [
        ...small,
        50,
        ...small,
        ...Array<number>(200).fill(0.5),
      ]),
    ).toBe(601);
  });

  it("is foreseen: while the loss rises, nothing ought to be kept", async () => {
    const guard = new NumbersGuard(ONE_RATE, new StepHistory(), Math.LN2);
    await passed(guard, falling);
    expect(guard.isRising).toBe(false);
    await passed(guard, Array<number>(15).fill(10), 100);
    expect(guard.isRising).toBe(true);
    await passed(guard, Array<number>(100).fill(0.5), 115);
    expect(guard.isRising).toBe(false);
  });

  it("is foreseen from the first step on, though it ends no run before there is a mean to judge by", async () => {
    const guard = new NumbersGuard(ONE_RATE, new StepHistory(), Math.LN2);
    expect(guard.isRising).toBe(false);
    expect(await passed(guard, [0.7, 1e6])).toBe(2);
    expect(guard.isRising).toBe(true);
    expect(await passed(guard, Array<number>(20).fill(1e6), 2)).toBe(7);
  });

  it("is judged alike in a run that was interrupted", async () => {
    const rising = Array<number>(100).fill(10);
    const whole = await passed(new NumbersGuard(ONE_RATE, new StepHistory(), Math.LN2), [...falling, ...rising]);
    const history = new StepHistory();
    for (const [n, loss] of [...falling, ...rising.slice(0, 5)].entries()) history.push(step(n, loss));
    expect(105 + (await passed(new NumbersGuard(ONE_RATE, history, Math.LN2), rising.slice(5), 105))).toBe(whole);
  });
});
