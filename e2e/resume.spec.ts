// A run that is killed again and again, at any moment, ends with the bits of one that never was.
import type { Page } from "@playwright/test";
import { createRandom, shuffle } from "../src/nn/random";
import { FASTAI_AUGMENTATION, type TrialSettings } from "../src/protocol/settings";
import {
  button,
  crash,
  endTrainWorker,
  endTrainWorkerWhileWriting,
  prepareSmallRun,
  readKept,
  reopen,
  waitForSteps,
  waitForTrained,
} from "./runSupport";
import { countEvents, eventsOf, expect, goToStep, prepareDrawnFilms, test, waitForCount } from "./support";

/** All that is drawn anew, or carries something from step to step or from epoch to epoch. */
const PRACTICE: Partial<TrialSettings> = {
  ...FASTAI_AUGMENTATION,
  mixup: 0.4,
  head: "fastai",
  averageDecay: 0.9,
  freezeEpochs: 1,
  sliceFrom: 1e-4,
  clipNorm: 1,
  averageLast: 2,
};
const SEED = Number(process.env.KILL_SEED ?? 20190);
const MOST_STEPS_BETWEEN = 3;
/** The time of some steps, and from a checkpoint's write to its reading back. */
const LONGEST_WAIT_MS = 60;

/** Each resolves to the page with which to go on: blank where the lab is no longer open. */
const KILLS = {
  "the page is left": async (page: Page, wait: number) => {
    await page.waitForTimeout(wait);
    await page.goto("about:blank");
    return page;
  },
  "the tab crashes": async (page: Page, wait: number) => {
    await page.waitForTimeout(wait);
    return crash(page);
  },
  "the worker ends": async (page: Page, wait: number) => {
    await page.waitForTimeout(wait);
    await endTrainWorker(page);
    return page;
  },
  "the worker ends within a checkpoint's write": async (page: Page, wait: number) => {
    await endTrainWorkerWhileWriting(page, wait / 5);
    return page;
  },
} as const;
type Kill = keyof typeof KILLS;

/** How often each. */
const TIMES: Record<Kill, number> = {
  "the page is left": 3,
  "the tab crashes": 3,
  "the worker ends": 6,
  "the worker ends within a checkpoint's write": 8,
};

test("a run that is killed twenty times ends with the bits of one that was not", async ({ lab }) => {
  test.setTimeout(900_000);
  await prepareSmallRun(lab, { ...PRACTICE, batchSize: 8, epochs: 2, checkpointEverySteps: 3 });
  await button(lab, "Train").click();
  const whole = await waitForTrained(lab);
  const expected = await readKept(lab, whole.id);
  expect(expected.step).toBe(whole.stepsTotal);
  await reopen(lab);
  await prepareDrawnFilms(lab, 32);
  await goToStep(lab, "Train");

  const random = createRandom(SEED, "shuffle");
  const kills = (Object.keys(TIMES) as Kill[]).flatMap((kill) => Array<Kill>(TIMES[kill]).fill(kill));
  const told: string[] = [];
  try {
    let page = lab;
    await button(page, "Train").click();
    for (const kill of shuffle(kills, random)) {
      await waitForSteps(page, 1 + random.int(MOST_STEPS_BETWEEN));
      const wait = random.int(LONGEST_WAIT_MS);
      told.push(`${kill} ${wait} ms after step ${(await eventsOf(page, "step")).at(-1)?.step}`);
      const failures = await countEvents(page, "failed");
      page = await KILLS[kill](page, wait);
      if (page.url() === "about:blank") await reopen(page);
      else await waitForCount(page, "failed", failures + 1);
      await button(page, "Resume").click();
    }
    const killed = await waitForTrained(page);
    expect(killed.id).not.toBe(whole.id);
    expect(await readKept(page, killed.id)).toEqual(expected);
  } catch (error) {
    throw new Error(`KILL_SEED=${SEED}, ${told.length} kills: ${told.join("; ")}`, { cause: error });
  }
});
