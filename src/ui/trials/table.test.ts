import { describe, expect, it } from "vitest";
import { DEFAULT_SETTINGS, type TargetSettings } from "../../protocol/settings";
import type { CheckpointRef, Trial } from "../../protocol/training";
import { COLUMNS } from "./columns";
import { firstWords } from "./firstWords";
import { type Column, chooseColumns, filterRows, sortRows, toCells, toRows } from "./table";

const scored = (auroc: number | null, more = {}) =>
  ({ key: `${auroc}`, step: 1, bytes: 10, epoch: 2, auroc, accuracy: 0.8, validLoss: 0.4, ...more }) as unknown as CheckpointRef;

/** A trial with as much as the columns read. */
function trialOf(id: number, change: Partial<Trial> = {}, best: CheckpointRef | null = null): Trial {
  return {
    id,
    note: "",
    star: false,
    state: "finished",
    parent: null,
    settings: DEFAULT_SETTINGS,
    dataset: { name: "films" },
    sample: { train: { films: 9 }, valid: { films: 3 } },
    epochs: [],
    checkpoints: { last: best, previous: null, best, epochs: [] },
    failure: null,
    adapter: null,
    createdAt: "2019-06-01T12:00:00.000Z",
    seconds: 60 * id,
    stepsDone: 4,
    stepsTotal: 4,
    ...change,
  } as unknown as Trial;
}

const named = (name: string): Column => {
  const found = COLUMNS.find((column) => column.name === name);
  if (!found) throw new Error(`no column ${name}`);
  return found;
};
const ids = (rows: { trial: Trial }[]) => rows.map(({ trial }) => trial.id);
const ALL = { filter: "", starredOnly: false };

it("has a column of its own name for every setting, and no name twice", () => {
  const names = COLUMNS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names).toEqual(expect.arrayContaining(Object.keys(DEFAULT_SETTINGS)));
  const titles = COLUMNS.map(({ title }) => title);
  expect(titles.filter((title, at) => titles.indexOf(title) !== at)).toEqual([]);
});

it("judges a trial by its best weights, marks the best of all but none that is no better than chance, and follows a run", () => {
  const trials = [trialOf(1, {}, scored(0.91)), trialOf(2, {}, scored(0.93)), trialOf(3)];
  const marked = (rows: ReturnType<typeof toRows>) => rows.filter(({ isBest }) => isBest).map(({ trial }) => trial.id);
  expect(marked(toRows(trials, null))).toEqual([2]);
  expect(marked(toRows([trialOf(1, {}, scored(0.5))], null))).toEqual([]);

  const epochs = [{ seconds: 200 }, { seconds: 100 }] as Trial["epochs"];
  const live = trialOf(3, { note: "as it was begun", stepsDone: 0, seconds: 0, epochs }, scored(0.95, { step: 7 }));
  const rows = toRows([...trials.slice(0, 2), trialOf(3, { note: "since" })], live);
  expect(marked(rows)).toEqual([3]);
  expect(rows.map(({ isLive }) => isLive)).toEqual([false, false, true]);
  expect(rows[2]?.trial).toMatchObject({ note: "since", stepsDone: 7, seconds: 300 });
  expect(named("state").text(rows[2]!)).toBe("under way");
});

it("draws an interval where one was measured, and counts epochs from one", () => {
  const [row, without] = toRows([trialOf(1, {}, scored(0.91, { aurocInterval: { low: 0.88, high: 0.94 } })), trialOf(2)], null);
  const read = (name: string) => [named(name).value(row!), named(name).text(without!)];
  expect([read("aurocLow"), read("aurocHigh"), read("bestEpoch")]).toEqual([
    [0.88, ""],
    [0.94, ""],
    [3, ""],
  ]);
});

describe("filter", () => {
  const fracture = { target: "Fracture", positive: [], uncertain: "ignore", blank: "negative" } satisfies TargetSettings;
  const rows = toRows(
    [
      trialOf(7, { note: "With mixup\nand warp", star: true }),
      trialOf(8, { state: "failed", parent: "trial-7", settings: { ...DEFAULT_SETTINGS, moreTargets: [fracture] } }),
      trialOf(17, { settings: { ...DEFAULT_SETTINGS, target: "Edema", arch: "densenet-mini" } }),
    ],
    null,
  );
  it.each([
    ["17", [17]],
    ["7", [7, 8, 17]],
    ["edema", [17]],
    ["DenseNet mini", [17]],
    ["densenet-mini", [17]],
    ["failed", [8]],
    ["trial-7", [8]],
    ["warp mixup", [7]],
    ["fracture", [8]],
    ["  ", [7, 8, 17]],
    ["warp edema", []],
  ])("%s leaves trials %j", (filter, left) => {
    expect(ids(filterRows(rows, COLUMNS, { ...ALL, filter }))).toEqual(left);
  });
  it("leaves starred trials only where that is asked for", () => {
    expect(ids(filterRows(rows, COLUMNS, { filter: "", starredOnly: true }))).toEqual([7]);
    expect(filterRows(rows, COLUMNS, { filter: "edema", starredOnly: true })).toEqual([]);
  });
});

describe("order", () => {
  const rows = toRows(
    [trialOf(1, {}, scored(0.8)), trialOf(2), trialOf(3, {}, scored(0.9)), trialOf(4, {}, scored(0.8)), trialOf(10)],
    null,
  );
  const order = (name: string, descending: boolean) => ids(sortRows(rows, named(name), descending));
  it("is by number as numbers are", () => expect(order("trial", true)).toEqual([10, 4, 3, 2, 1]));
  it("has empty cells last either way, and the newest first of those that are equal", () => {
    expect(order("auroc", true)).toEqual([3, 4, 1, 10, 2]);
    expect(order("auroc", false)).toEqual([4, 1, 3, 10, 2]);
  });
  it("leaves the rows that it was given", () => {
    order("auroc", true);
    expect(ids(rows)).toEqual([1, 2, 3, 4, 10]);
  });
});

describe("columns", () => {
  const shown = (chosen: Record<string, boolean>, width: number) => chooseColumns(COLUMNS, chosen, width).map(({ name }) => name);
  it("are those that there is room for, the most wanted first, in the order of the list", () => {
    expect(shown({}, 0)).toEqual([]);
    expect(shown({}, 300)).toEqual(["trial", "state", "auroc"]);
    expect(shown({}, 1078)).toEqual(COLUMNS.filter(({ rank }) => rank !== undefined && rank < 11).map(({ name }) => name));
  });
  it("are always those that were chosen, and never those that were put away", () => {
    expect(shown({ seed: true, star: false }, 0)).toEqual(["seed"]);
    expect(shown({ seed: true, state: false }, 420)).toEqual(["trial", "star", "auroc", "seed"]);
    expect(shown({ "of another version": true }, 0)).toEqual([]);
  });
});

it("gives every column as a cell, settings too, with numbers as they are", () => {
  const settings = { ...DEFAULT_SETTINGS, maxLr: 0.1 + 0.2, moreTargets: [{ ...DEFAULT_SETTINGS, target: "Edema" }] };
  const { head, cells } = toCells(COLUMNS, toRows([trialOf(7, { settings, note: "=1" }, scored(0.1 + 0.7))], null));
  expect(head).toEqual(COLUMNS.map(({ name }) => name));
  const cell = (name: string) => cells[0]?.[head.indexOf(name)];
  expect(["trial", "auroc", "maxLr", "moreTargets", "moms", "flip", "parent", "note"].map(cell)).toEqual([
    7,
    0.1 + 0.7,
    0.1 + 0.2,
    "Edema",
    "0.95; 0.85",
    false,
    null,
    "=1",
  ]);
});

it.each([
  ["", ""],
  ["short\nnote", "short note"],
  ["one two three four", "one two …"],
  ["unbreakablewords and more", "unbreakablewords …"],
])("begins %j with %j", (text, words) => {
  expect(firstWords(text, 11)).toBe(words);
});
