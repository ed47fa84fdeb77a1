// A run whose numbers fail: it stands at its last good checkpoint, and one button begins again from there. One whose numbers get no better ends.
import { button, prepareSmallRun, readKept, reopen, waitForSteps, waitForTrained } from "./runSupport";
import { eventsOf, expect, goToStep, test, waitForCount, waitForEvents } from "./support";

test("a rate that is far too high ends the run at its last good checkpoint, and one button begins again below it", async ({
  lab,
}) => {
  // The first steps are taken at a rate that the network bears; it rises a millionfold.
  await prepareSmallRun(lab, { maxLr: 1e6, divFactor: 1e10, pctStart: 0.9, checkpointEverySteps: 2 });
  await button(lab, "Train").click();
  const [failed] = await waitForEvents(lab, "failed");
  expect(failed).toMatchObject({ code: expect.stringMatching(/^loss(NotFinite|Exploded)$/) });
  const proposal = failed?.proposal as { maxLr: number } | undefined;

  const kept = await readKept(lab, 1);
  const { step } = kept;
  expect(step).toBeGreaterThan(0);
  expect(Number(failed?.step)).toBeGreaterThanOrEqual(step);
  await expect(lab.getByRole("main")).toContainText(`Step ${step} of`);
  await expect(button(lab, "Resume")).toHaveCount(0);
  await goToStep(lab, "Trials");
  await expect(button(lab, "Show trial 1")).toBeVisible();
  await expect(button(lab, "Continue trial 1")).toHaveCount(0);
  await goToStep(lab, "Train");

  await button(lab, new RegExp(`^Begin again from step ${step} at Max LR`)).click();
  await waitForSteps(lab, 3);
  expect(await readKept(lab, 1)).toEqual(kept);
  await button(lab, "Stop").click();
  await waitForCount(lab, "stopped", 1);
  const [stopped] = await eventsOf(lab, "stopped");
  expect(stopped?.trial).toMatchObject({ id: 2, parent: "trial-1", settings: { maxLr: proposal?.maxLr } });
});

test("a run that gets no better ends early, and says why after a reload too", async ({ lab }) => {
  await prepareSmallRun(lab, { maxLr: 1e-9, epochs: 9, earlyStop: 1, keepBest: "accuracy" });
  await button(lab, "Train").click();
  const { stepsDone, stepsTotal } = await waitForTrained(lab);
  expect(stepsDone).toBeLessThan(stepsTotal);
  const why =
    /Training ended early, after epoch \d of 9: by accuracy the best is epoch \d, and the one epoch since was not better\./;
  await expect(lab.getByRole("main")).toContainText(why);
  await reopen(lab);
  await goToStep(lab, "Train");
  await expect(lab.getByRole("main")).toContainText(why);
  await goToStep(lab, "Trials");
  await expect(lab.getByRole("grid")).toContainText(/finishedat epoch \d of 9/);
});
