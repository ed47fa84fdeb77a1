// The GPU process is killed in the middle of a run: a sentence, the last checkpoint whole, and Resume finishes on another device.
import type { Browser } from "@playwright/test";
import { browserArgs, ensureBrowser } from "../scripts/browser.mjs";
import { eventsOf, expect, fill, goToStep, prepareDrawnFilms, test, waitForCount, waitForEvents } from "./support";

// A browser of its own, that does not hold a page back from WebGPU for two minutes after a crash.
test.use({
  launchOptions: { executablePath: ensureBrowser(), args: [...browserArgs(), "--disable-domain-blocking-for-3d-apis"] },
});

test("a GPU that is lost in the middle of a run ends it in a sentence, and Resume finishes it", async ({ lab, browser }) => {
  await prepareDrawnFilms(lab, 32);
  await goToStep(lab, "LR Find");
  await lab.getByLabel("Architecture", { exact: true }).selectOption("densenet-mini");
  await fill(lab, "Batch size", 16);
  await fill(lab, "Epochs", 2);
  await goToStep(lab, "Train");
  await lab.getByRole("button", { name: "Train", exact: true }).click();
  const [kept] = await waitForEvents(lab, "checkpoint");
  const at = Number(kept?.step);
  await waitForEvents(lab, "step", at + 3);

  await killGpuProcess(browser);
  const [failed] = await waitForEvents(lab, "failed");
  expect(failed).toMatchObject({ code: "deviceLost", message: expect.stringContaining("resumes from its last checkpoint") });
  await expect(lab.getByRole("alert")).toContainText("The graphics card was lost");
  await expect(lab.getByRole("main")).toContainText(`The checkpoint of step ${at} is kept`);

  const before = (await eventsOf(lab, "step")).length;
  await lab.getByRole("button", { name: "Resume", exact: true }).click();
  await waitForCount(lab, "trained", 1);
  const [trained] = await eventsOf(lab, "trained");
  expect(trained?.trial).toMatchObject({ state: "finished", stepsDone: 2 * at, failure: null });
  expect((await eventsOf(lab, "step"))[before]?.step, "goes on from the checkpoint").toBe(at);
});

/** Kills it as a system does that runs out of memory, or a driver's fault: the process of this browser, which names it itself. */
async function killGpuProcess(browser: Browser): Promise<void> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  const gpu = processInfo.find(({ type }) => type === "GPU");
  if (!gpu) throw new Error("this browser has no GPU process");
  process.kill(gpu.id, "SIGKILL");
}
