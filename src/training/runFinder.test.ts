import { expect, it } from "vitest";
import { FINDER_DEFAULTS, type FinderEvent } from "../protocol/finder";
import { LabError } from "../protocol/labError";
import { commandAt, createTestLab, type Page, play, type TestLab } from "./testLab";
import { TEST_SETTINGS } from "./testSample";

const ending = (events: FinderEvent[]) =>
  events.map(({ type }) => type).filter((type) => ["finished", "stopped", "failed"].includes(type));
const find = (lab: TestLab, page?: Page<FinderEvent>, runs = 1) => {
  const finder = { ...FINDER_DEFAULTS, runs };
  return play<FinderEvent>(
    (port) => lab.session.find({ settings: TEST_SETTINGS, sample: lab.sample, weights: { kind: "fresh" }, finder }, port),
    page,
  );
};
const resultOf = (events: FinderEvent[]) => {
  const last = events.at(-1);
  if (last?.type !== "finished" && last?.type !== "stopped") throw new Error(`ended in ${last?.type}`);
  return last.result;
};

it("sends its points, then the same points as the result", async () => {
  const lab = createTestLab();
  const events = await find(lab);
  expect(ending(events)).toEqual(["finished"]);
  const curve = events.findLast((event) => event.type === "curve")?.curve;
  expect(resultOf(events).lrs).toEqual(curve?.map(({ lr }) => lr));
  expect(resultOf(events).suggestions.steepest).toBeGreaterThan(0);
  expect(lab.engines.map(({ disposed }) => disposed)).toEqual([true]);
  expect(lab.kept.map.size).toBe(0);
});

it("repeats itself from the same weights with the films in other orders, and averages", async () => {
  const lab = createTestLab();
  const events = await find(lab, {}, 3);
  const { runs, smoothed } = resultOf(events);
  expect(runs).toHaveLength(3);
  expect(runs[0]).toEqual(resultOf(await find(lab)).runs[0]);
  expect(runs[1]?.losses).not.toEqual(runs[0]?.losses);
  expect(smoothed[20]).toBeCloseTo(
    runs.reduce((sum, run) => sum + run.smoothed[20]! / 3, 0),
    12,
  );
  const progress = events.flatMap((event) => (event.type === "curve" ? [event.progress] : []));
  expect(new Set(progress.map(({ run }) => run))).toEqual(new Set([0, 1, 2]));
  expect(lab.engines).toHaveLength(2);
});

it("stopped in a repeat, has the runs that ended", async () => {
  const lab = createTestLab();
  const alone = resultOf(await find(lab));
  const events = await find(lab, commandAt(lab, alone.lrs.length + 5, "stop"), 3);
  expect(ending(events)).toEqual(["stopped"]);
  expect(resultOf(events)).toEqual(alone);
});

it("refuses to run more often than it may", async () => {
  const lab = createTestLab();
  expect((await find(lab, {}, 6)).at(-1)).toMatchObject({ type: "failed", code: "badSettings", at: "Finder runs" });
});

it("is kept with the trial, with the place of the chosen max LR", async () => {
  const lab = createTestLab();
  const result = resultOf(await find(lab));
  const { settings, sample } = lab;
  const dataset = { name: "made", format: "chexpert", rows: 29, films: 29, csvPath: "train.csv", csvSha256: "0" };
  const { id } = await lab.session.createTrial({
    settings,
    sample,
    dataset,
    finder: result,
    weights: { kind: "fresh" },
  });
  const { finder } = JSON.parse(await lab.session.exportTrial(id));
  expect(finder).toMatchObject({ lrs: result.lrs, runs: [{ losses: result.losses }], chosen: settings.maxLr });
  expect(finder.chosenAt.smoothedLoss).toBe(result.smoothed[finder.chosenAt.index]);
});

it("names smaller settings where the card has no memory for them", async () => {
  const lab = createTestLab();
  lab.onEngine = (engine) => {
    engine.prepare = () => Promise.reject(new LabError("outOfGpuMemory", "No memory.", "Batch size"));
  };
  const settings = { ...TEST_SETTINGS, imageSize: 320 };
  const events = await play<FinderEvent>((port) =>
    lab.session.find({ settings, sample: lab.sample, weights: { kind: "fresh" }, finder: FINDER_DEFAULTS }, port),
  );
  expect(events.at(-1)).toMatchObject({
    type: "failed",
    at: "Films per pass",
    message: expect.stringMatching(/set GPU budget to \d+, .* or set Films per pass to 2, which keeps the Batch size of 4/),
  });
});

it("stops between steps, with what it has", async () => {
  const lab = createTestLab();
  const events = await find(lab, commandAt(lab, 29, "stop"));
  expect(ending(events)).toEqual(["stopped"]);
  expect(events.at(-1)).toHaveProperty("result.lrs.length", 30);
});
