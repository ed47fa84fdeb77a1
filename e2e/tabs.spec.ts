// The lab open in two tabs: one acts, the other looks on and takes over. And the screen, which stays awake while a run is watched.
import { acceptAdapter } from "../scripts/driveLab";
import { button, openTab, prepareSmallRun, waitForSteps, waitForTrained } from "./runSupport";
import { countEvents, eventsOf, expect, goToStep, status, test, waitForCount } from "./support";

test("a second tab looks on, cannot act, and takes over when the first is closed", async ({ lab, context }) => {
  await prepareSmallRun(lab, { batchSize: 8, epochs: 12, checkpointEverySteps: 5 });
  await button(lab, "Train").click();
  await waitForSteps(lab, 3);

  const second = await openTab(context);
  await second.goto("/");
  const main = second.getByRole("main");
  await expect(main).toContainText("This tab looks on");
  await waitForSteps(second, 3);
  const [seen] = await eventsOf(second, "step");
  expect((await eventsOf(lab, "step"))[Number(seen?.step)]).toEqual(seen);
  await expect(second.getByRole("heading", { name: "Trial 1" })).toBeVisible();
  for (const name of ["Train", "Pause", "Stop", "Resume"]) await expect(button(second, name)).toHaveCount(0);
  await expect(main).toContainText("closing the other tab loses nothing");
  await goToStep(second, "Trials");
  await expect(second.getByLabel("Import a trial")).toBeDisabled();
  await expect(second.getByRole("button", { name: /^Remove films/ })).toBeDisabled();
  await goToStep(second, "Dataset");
  await button(second, "Try with drawn films").click();
  await waitForSteps(second, 3);
  expect(await countEvents(second, "indexed")).toBe(0);

  await lab.close();
  await second.bringToFront();
  await acceptAdapter(second);
  await expect(main).not.toContainText("This tab looks on");
  await expect(status(second)).toContainText("Resume goes on from there");
  await button(second, "Resume").click();
  await waitForSteps(second, 3);
  // A headless browser may send a tab that was opened behind another no frames, and a pointer's click waits for one.
  await button(second, "Stop").dispatchEvent("click");
  await waitForCount(second, "stopped", 1);
});

test("the screen is kept awake while a run is under way, and no longer", async ({ lab }) => {
  await lab.addInitScript(() => {
    const locks: { released: boolean }[] = [];
    const request = async () => {
      const lock = {
        released: false,
        release: async () => {
          lock.released = true;
        },
      };
      locks.push(lock);
      return lock;
    };
    Object.assign(window, { screenLocks: locks });
    Object.defineProperty(navigator, "wakeLock", { value: { request } });
  });
  const held = () =>
    lab.evaluate(() =>
      (window as unknown as { screenLocks: { released: boolean }[] }).screenLocks.map(({ released }) => !released),
    );
  await prepareSmallRun(lab);
  expect(await held()).toEqual([]);
  await button(lab, "Train").click();
  await waitForSteps(lab, 1);
  expect(await held()).toEqual([true]);
  await waitForTrained(lab);
  expect(await held()).toEqual([false]);
});
