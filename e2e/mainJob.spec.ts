// The main job on real films, two targets at once, as a person does it: folder in, prepare, LR Find, pick, train, reload, resume, finish,
// download, read back.
import { readFileSync } from "node:fs";
import { acceptAdapter } from "../scripts/driveLab";
import {
  eventsOf,
  expect,
  expectAccessible,
  fill,
  goToStep,
  hasRealFilms,
  NO_REAL_FILMS,
  REAL_FILMS,
  status,
  test,
  waitForEvents,
} from "./support";

test("a folder of films becomes trained weights that read back and predict the same", async ({ lab }) => {
  test.skip(!hasRealFilms, NO_REAL_FILMS);
  test.setTimeout(600_000);

  await lab.getByLabel("Choose dataset folder", { exact: true }).setInputFiles(REAL_FILMS);
  const [indexed] = await waitForEvents(lab, "indexed");
  expect(indexed).toMatchObject({ films: 1168, rows: 903, rowsWithoutFilm: 0, filmsWithoutRow: 0, patients: 653 });
  expect(indexed?.ownValidation).toMatchObject({ rows: 265 });

  await lab.getByLabel("Target", { exact: true }).selectOption("AP/PA");
  for (const [value, positive] of [
    ["AP", true],
    ["PA", false],
  ] as const) {
    await lab.getByRole("checkbox", { name: value, exact: true }).setChecked(positive);
  }
  await lab.getByLabel("Further target", { exact: true }).selectOption("Cardiomegaly");
  await lab.getByRole("button", { name: "Add target", exact: true }).click();
  await lab.getByLabel("Validation share", { exact: true }).selectOption("own");
  await fill(lab, "Image size", 32);
  await lab.getByRole("button", { name: "Prepare films", exact: true }).click();
  const [prepared] = await waitForEvents(lab, "prepared");
  expect(prepared).toMatchObject({ failed: [], summary: { patientsInBoth: 0, problem: null } });

  await goToStep(lab, "LR Find");
  await lab.getByLabel("Architecture", { exact: true }).selectOption("densenet-mini");
  await fill(lab, "Batch size", 16);
  await fill(lab, "Epochs", 4);
  await fill(lab, "Finder runs", 2);
  await lab.getByRole("button", { name: "LR Find", exact: true }).click();
  const chart = lab.getByLabel("LR finder chart");
  const maxLr = lab.getByLabel("Max LR", { exact: true });
  const usual = await maxLr.inputValue();
  await chart.getByRole("slider").press("End");
  await expect(maxLr, "picked while the finder runs").not.toHaveValue(usual);
  const picked = await maxLr.inputValue();
  await expect(lab.getByRole("button", { name: "Stop", exact: true })).toBeVisible();
  const [found] = await waitForEvents(lab, "finder");
  expect(found?.runs).toHaveLength(2);
  await expect(maxLr, "the pick stays when the finder has ended").toHaveValue(picked);
  await lab.getByRole("button", { name: /^Valley/ }).click();
  const valley = (found?.suggestions as { valley: number } | undefined)?.valley ?? Number.NaN;
  // A pick is rounded to three digits.
  expect(Number(await maxLr.inputValue()) / valley).toBeCloseTo(1, 2);
  await chart.click();
  const clicked = Number(await maxLr.inputValue());
  expect(clicked).toBeGreaterThan(1e-7);
  expect(clicked).toBeLessThan(10);

  await expectAccessible(lab, "a finder's curve, a band over its runs");
  await goToStep(lab, "Train");
  await fill(lab, "Max LR", "3e-3");
  await lab.getByRole("button", { name: "Train", exact: true }).click();
  await waitForEvents(lab, "epochEnd");
  const stepsPerEpoch = (await eventsOf(lab, "step")).filter(({ epoch }) => epoch === 0).length;
  await waitForEvents(lab, "step", stepsPerEpoch + 5);

  await lab.reload();
  await acceptAdapter(lab);
  await expect(status(lab)).toContainText("Resume goes on from there");
  await lab.getByRole("button", { name: "Resume", exact: true }).click();
  const [trained] = await waitForEvents(lab, "trained");
  const trial = trained?.trial as {
    id: number;
    epochs: { auroc: number; aurocs: number[] }[];
    stepsDone: number;
    stepsTotal: number;
  };
  expect(trial.stepsDone).toBe(trial.stepsTotal);
  expect(trial.epochs).toHaveLength(4);
  for (const { auroc, aurocs } of trial.epochs) expect(auroc).toBeCloseTo(((aurocs[0] ?? NaN) + (aurocs[1] ?? NaN)) / 2, 9);
  expect((await eventsOf(lab, "step"))[0]?.step, "goes on from the checkpoint at the epoch's end").toBe(stepsPerEpoch);

  // The first epoch after the reload ends before the first checkpoint has read the weights back, which takes a buffer of its own.
  const [, third, fourth] = await eventsOf(lab, "epochEnd");
  expect(fourth?.tensors, "tensors grow between epochs").toBe(third?.tensors);
  expect(fourth?.gpuBytes, "GPU memory grows between epochs").toBe(third?.gpuBytes);

  const saved = async (button: string) => {
    const [file] = await Promise.all([
      lab.waitForEvent("download"),
      lab.getByRole("button", { name: button, exact: true }).click(),
    ]);
    return { name: file.suggestedFilename(), path: await file.path() };
  };
  const weights = await saved("Download weights");
  expect(weights.name).toBe(`trial-${trial.id}.safetensors`);
  const json = JSON.parse(readFileSync((await saved("Download trial")).path, "utf8"));
  expect(json.steps.map(({ step }: { step: number }) => step)).toEqual(Array.from({ length: trial.stepsTotal }, (_, i) => i));
  expect(json.epochs).toHaveLength(4);
  expect(json.finder.chosen).toBe(3e-3);
  expect(json.finder.runs).toHaveLength(2);
  expect(json.finder.chosenAt.smoothedLoss).toBe(json.finder.smoothed[json.finder.chosenAt.index]);
  expect(json.sample).toMatchObject({ positives: expect.any(Number), setAside: expect.any(Number) });

  await goToStep(lab, "Evaluate");
  await lab.getByRole("button", { name: "Evaluate", exact: true }).click();
  const [own] = await waitForEvents(lab, "evaluated");
  expect(own?.auroc).toBe(trial.epochs.at(-1)?.auroc);
  await expect(lab.getByRole("table", { name: "Each target on the films" })).toContainText("Cardiomegaly");
  await expectAccessible(lab, "an evaluation of two targets");

  await lab.getByLabel("Choose weights file", { exact: true }).setInputFiles({
    name: weights.name,
    mimeType: "application/octet-stream",
    buffer: readFileSync(weights.path),
  });
  const [taken] = await waitForEvents(lab, "weights");
  expect(taken?.classes).toEqual(["AP/PA", "Cardiomegaly"]);
  await lab.getByRole("button", { name: "Evaluate", exact: true }).click();
  const readBack = (await waitForEvents(lab, "evaluated", 2))[1];
  expect(readBack?.logits).toEqual(own?.logits);
  expect(readBack?.paths).toEqual(own?.paths);
});
