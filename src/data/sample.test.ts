import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { UNKNOWN_LABEL } from "../protocol/dataset";
import { DEFAULT_SETTINGS, type SampleSettings, type TargetSettings } from "../protocol/settings";
import { makeChexpertCsv } from "./drawn/madeCsv";
import type { FilmIndex } from "./filmIndex";
import { indexFolder } from "./openDataset";
import { labelsOf, planSample, type SamplePlan } from "./sample";
import { makeFolder, makeFolderOf } from "./testSupport";

const settings = (change: Partial<SampleSettings> = {}): SampleSettings => ({ ...DEFAULT_SETTINGS, ...change });

async function indexCsv(csv: string, films: string[], valid?: string): Promise<FilmIndex> {
  return indexFolder(makeFolderOf(films, { "train.csv": csv, ...(valid ? { "valid.csv": valid } : {}) }), [], {}, () => {});
}

describe("CheXpert's counts", () => {
  let index: FilmIndex;
  beforeAll(async () => {
    const { csv, films } = makeChexpertCsv();
    index = await indexCsv(csv, films);
  });

  test("rows and patients", () => {
    expect(index.summary).toMatchObject({
      rows: 223_414,
      patients: 64_540,
      rowsWithoutFilm: 0,
      filmsWithoutRow: 0,
      duplicateRows: 0,
    });
    const values = index.summary.columns.find((column) => column.name === "Cardiomegaly")?.values;
    expect(values).toEqual([
      { value: "", written: "", rows: 177_211 },
      { value: "1", written: "1", rows: 27_000 },
      { value: "0", written: "0", rows: 11_116 },
      { value: "-1", written: "-1", rows: 8_087 },
    ]);
  });

  test("the defaults give the figures of 2019: 27,000 against 188,327, 54,000 kept, 161,327 set aside", () => {
    const { summary } = planSample(index, settings());
    expect(summary).toMatchObject({
      positive: 27_000,
      negativeExplicit: 11_116,
      negativeBlank: 177_211,
      uncertainIgnored: 8_087,
      kept: 54_000,
      setAside: 161_327,
      filmsToPrepare: 54_000,
      patientsInBoth: 0,
      filmsInBoth: 0,
      problem: null,
    });
    expect(summary.before).toMatchObject({ films: 215_327, positives: 27_000, negatives: 188_327 });
    expect(summary.after).toMatchObject({ films: 54_000, positives: 27_000, negatives: 27_000 });
    expect(summary.valid.films / 54_000).toBeCloseTo(0.1, 1);
  });

  test.each([
    ["zero", { uncertain: "zero" }, 27_000, 196_414],
    ["one", { uncertain: "one" }, 35_087, 188_327],
    ["blank ignored", { blank: "ignore" }, 27_000, 11_116],
  ] as const)("policy %s", (_, change, positives, negatives) => {
    expect(planSample(index, settings({ ...change, balance: "none" })).summary.before).toMatchObject({ positives, negatives });
  });

  test("fresh negatives: validation is left as it is, and seven epochs see all of the training part's", () => {
    const plan = (epochs: number) => planSample(index, settings({ freshEachEpoch: true, epochs })).summary;
    const summary = plan(7);
    expect(summary).toMatchObject({ epochsToSeeAll: 7, setAside: 0, filmsToPrepare: 215_327, kept: 70_055 });
    expect(summary.train.positives).toBe(summary.train.negatives);
    expect(summary.valid.negatives - summary.valid.positives).toBe(16_055);
    expect(plan(6).setAside).toBeGreaterThan(0);
    expect(plan(1).setAside).toBe(161_327 - 16_055);
  });

  test("other balances leave validation as it is and set nothing aside", () => {
    for (const balance of ["none", "weight", "oversample"] as const) {
      const { summary } = planSample(index, settings({ balance }));
      expect(summary).toMatchObject({ kept: 215_327, setAside: 0, filmsToPrepare: 215_327 });
      expect(summary.valid.negatives / summary.valid.positives).toBeGreaterThan(6);
      expect(summary.train.positives === summary.train.negatives).toBe(balance === "oversample");
      expect(summary.epochFilms).toBe(summary.train.films);
      const weight = balance === "weight" ? summary.train.negatives / summary.train.positives : 1;
      expect(summary.targets[0]?.positiveWeight).toBeCloseTo(weight);
    }
  });

  test("a column that is no finding: chosen values against the others", () => {
    const { summary } = planSample(index, settings({ target: "AP/PA", positive: ["AP"], balance: "none" }));
    expect(summary.before.films).toBe(223_414);
    const [views, sexes, ages] = summary.grouped;
    expect(views).toEqual({
      by: "view",
      groups: [
        { name: "AP", films: summary.positive, positives: summary.positive },
        { name: "PA", films: 223_414 - summary.positive, positives: 0 },
      ],
    });
    expect(sexes?.groups.map(({ name, films }) => [name, films])).toEqual([
      ["Female", 111_707],
      ["Male", 111_707],
    ]);
    expect(ages?.groups.map(({ name }) => name)).toEqual(["20 to 39", "40 to 59", "60 to 79", "80 and over"]);
    expect(ages?.groups.reduce((sum, { films }) => sum + films, 0)).toBe(223_414);
    expect(summary.filmsOfPatients).toEqual([{ from: 3, to: 4, patients: 64_540 }]);
  });
});

const HEADER = "Path,AP/PA,Cardiomegaly";
const row = (patient: number, study: number, label: string, part = "train", view = "AP") =>
  `x/${part}/patient${patient}/study${study}/view1_frontal.jpg,${view},${label}`;
const filmsOf = (rows: string[]) => rows.map((line) => (line.split(",")[0] ?? "").slice(2));

test("no patient is on both sides, and the split depends neither on the order of the rows nor on the policy", async () => {
  const drawn = fc.array(
    fc.record({ patient: fc.integer({ min: 1, max: 30 }), label: fc.constantFrom("1.0", "0.0", "-1.0", "") }),
    {
      minLength: 4,
      maxLength: 60,
    },
  );
  await fc.assert(
    fc.asyncProperty(drawn, fc.nat(), fc.double({ min: 0.05, max: 0.9, noNaN: true }), async (rows, seed, validation) => {
      const lines = [row(98, 0, "1.0"), row(99, 0, "0.0"), ...rows.map(({ patient, label }, i) => row(patient, i, label))];
      const index = await indexCsv([HEADER, ...lines].join("\n"), filmsOf(lines));
      const turned = await indexCsv([HEADER, ...lines.toReversed()].join("\n"), filmsOf(lines));
      const patients = (of: FilmIndex, change: Partial<SampleSettings>) => {
        const { split, summary } = planSample(of, settings({ seed, validation, balance: "none", ...change }));
        expect(summary.patientsInBoth).toBe(0);
        return new Set(Array.from(split.valid, (place) => of.patients[of.patientOfRow[place] ?? -1]));
      };
      const all = patients(index, { uncertain: "zero" });
      expect(patients(turned, { uncertain: "zero" })).toEqual(all);
      for (const patient of patients(index, {})) expect(all.has(patient)).toBe(true);
    }),
    { numRuns: 40 },
  );
});

describe("a stratified split", () => {
  const rows = Array.from({ length: 60 }, (_, patient) => row(patient, 1, patient < 4 ? "1" : "0"));
  const sides = async (lines: string[], change: Partial<SampleSettings>) => {
    const { split, summary } = planSample(
      await indexCsv([HEADER, ...lines].join("\n"), filmsOf(lines)),
      settings({ balance: "none", validation: 0.25, stratify: true, ...change }),
    );
    expect(summary.patientsInBoth).toBe(0);
    const held = new Set(Array.from(split.valid, (at) => lines[at]));
    return { held, summary };
  };

  test("holds out the share of the patients with a positive film, and of the others, whatever the seed and the rows' order", async () => {
    for (let seed = 0; seed < 20; seed++) {
      const { held, summary } = await sides(rows, { seed });
      expect([summary.valid.positives, summary.valid.negatives]).toEqual([1, 14]);
      expect((await sides(rows.toReversed(), { seed })).held).toEqual(held);
    }
    const seeds = Array.from({ length: 20 }, (_, seed) => seed);
    const plain = await Promise.all(seeds.map((seed) => sides(rows, { seed, stratify: false })));
    expect(plain.some(({ summary }) => summary.valid.positives === 0)).toBe(true);
  });

  test("counts a patient's films by the policy, and none that is left out", async () => {
    const lateral = (patient: number) => row(patient, 2, "1", "train", "").replace("frontal", "lateral");
    const lines = [...rows.map((line) => line.replace(/,1$/, ",-1")), lateral(50), lateral(51)];
    const positives = async (change: Partial<SampleSettings>) => (await sides(lines, change)).summary.valid.positives;
    for (let seed = 0; seed < 10; seed++) {
      expect(await positives({ seed, uncertain: "one", frontalOnly: true })).toBe(1);
      expect(await positives({ seed, uncertain: "one" })).toBe(2);
      expect(await positives({ seed })).toBe(1);
    }
  });

  test("leaves the only patient with a positive film to be learnt from", async () => {
    const { summary } = await sides([...rows.slice(3)], {});
    expect([summary.train.positives, summary.valid.positives]).toEqual([1, 0]);
  });
});

test("the dataset's own validation: left as it is, and training rows of its patients left out", async () => {
  const train = [row(1, 1, "1.0"), row(2, 1, "0.0"), row(3, 1, "0.0"), row(4, 1, "1.0"), row(5, 1, "")];
  const valid = [row(4, 2, "1.0", "valid"), row(8, 1, "0.0", "valid"), row(9, 1, "0.0", "valid")];
  const index = await indexCsv([HEADER, ...train].join("\n"), filmsOf([...train, ...valid]), [HEADER, ...valid].join("\n"));
  const { summary } = planSample(index, settings({ validation: "own" }));
  expect(summary.train).toMatchObject({ films: 2, positives: 1, negatives: 1 });
  expect(summary.valid).toMatchObject({ films: 3, positives: 1, negatives: 2 });
  expect(summary).toMatchObject({ patientsInBoth: 0, kept: 5, setAside: 2 });
  const shared = planSample(index, settings({ validation: 0.5, balance: "none" })).summary;
  expect(shared.before.films).toBe(5);
});

test("laterals are left out and counted", async () => {
  const lines = [row(1, 1, "1"), row(2, 1, "0"), row(3, 1, "1", "train", "").replace("frontal", "lateral")];
  const index = await indexCsv([HEADER, ...lines].join("\n"), filmsOf(lines));
  expect(planSample(index, settings({ frontalOnly: true })).summary).toMatchObject({ lateralLeftOut: 1, positive: 1 });
});

test("films whose label was found doubtful are neither learnt from nor validated with, and are counted", async () => {
  const lines = [row(1, 1, "1"), row(2, 1, "0"), row(3, 1, "1"), row(4, 1, "0")];
  const index = await indexCsv([HEADER, ...lines].join("\n"), filmsOf(lines));
  const path = index.labels.path.values[index.labels.path.codes[2] ?? 0] ?? "";
  const of = (doubtful: string[]) => planSample(index, settings({ balance: "none", validation: 0.5, doubtful }));
  expect(of([path]).summary).toMatchObject({ doubtfulLeftOut: 1, positive: 1, before: { films: 3 } });
  expect([...of([path]).planned.train, ...of([path]).planned.valid].sort()).toEqual([0, 1, 3]);
  expect(of(["elsewhere.jpg"]).summary).toMatchObject({ doubtfulLeftOut: 0, before: { films: 4 } });
});

test("a blank cell of a column that is no finding is left out, whatever the policy", async () => {
  const lines = [row(1, 1, "1"), row(2, 1, "0", "train", "PA"), row(3, 1, "1", "train", "")];
  const index = await indexCsv([HEADER, ...lines].join("\n"), filmsOf(lines));
  const { summary } = planSample(index, settings({ target: "AP/PA", positive: ["AP"] }));
  expect(summary).toMatchObject({ positive: 1, negativeExplicit: 1, negativeBlank: 0, blankIgnored: 1 });
});

test("a blank in a list of findings is a report that is missing: left out, whatever the policy", async () => {
  const rows = ["a.png,Mass,1", "b.png,No Finding,2", "c.png,,3"];
  const index = await indexCsv(["Image Index,Finding Labels,Patient ID", ...rows].join("\n"), ["a.png", "b.png", "c.png"]);
  const { summary } = planSample(index, settings({ target: "Mass", blank: "negative" }));
  expect(summary).toMatchObject({ positive: 1, negativeExplicit: 1, negativeBlank: 0, blankIgnored: 1 });
});

test("one class, no class, no such column, no such share: each a sentence", async () => {
  const lines = [row(1, 1, "1"), row(2, 1, "1"), row(3, 1, "1", "train", "PA")];
  const index = await indexCsv([HEADER, ...lines].join("\n"), filmsOf(lines));
  expect(planSample(index, settings()).summary.problem).toMatchObject({
    code: "oneClass",
    message: expect.stringContaining("none is negative"),
  });
  expect(planSample(index, settings({ target: "AP/PA", positive: ["LL"] })).summary.problem?.message).toContain(
    "none is positive (“LL”)",
  );
  expect(() => planSample(index, settings({ target: "Oedema" }))).toThrow(/no column “Oedema”/);
  expect(() => planSample(index, settings({ positive: [] }))).toThrow(/at least one value/);
  expect(() => planSample(index, settings({ validation: 1 }))).toThrow(/between 0 and 1/);
  expect(() => planSample(index, settings({ validation: "own" }))).toThrow(/no validation of its own/);
});

describe("several targets", () => {
  const TWO = "Path,AP/PA,Cardiomegaly,Edema";
  /** Cardiomegaly, Edema: a patient each. Of the last one nothing is known. */
  const CELLS = ["1,1", "0,0", "1,-1", "0,1", "-1,0", ",1", "1,0", "0,", ","];
  const lines = CELLS.map((cells, patient) => row(patient, 1, cells));
  const edema = (change: Partial<TargetSettings> = {}): TargetSettings => ({
    target: "Edema",
    positive: ["1"],
    uncertain: "ignore",
    blank: "ignore",
    ...change,
  });
  const plan = async (change: Partial<SampleSettings>) =>
    planSample(
      await indexCsv([TWO, ...lines].join("\n"), filmsOf(lines)),
      settings({ blank: "ignore", moreTargets: [edema()], validation: 0.25, balance: "none", ...change }),
    );
  /** Every row of both parts with its labels, by its cells. */
  const labelled = ({ labels, split }: SamplePlan) => {
    const rows = Uint32Array.from([...split.train, ...split.valid]).sort();
    const all = labelsOf(labels.byTarget, rows);
    return Object.fromEntries(Array.from(rows, (at, i) => [CELLS[at] ?? "", [...all.subarray(2 * i, 2 * i + 2)]]));
  };
  const U = UNKNOWN_LABEL;

  test("each has its own policy; what it does not know is masked, and a film of which nothing is known is not used", async () => {
    const known = { "1,1": [1, 1], "0,0": [0, 0], "0,1": [0, 1], "1,0": [1, 0] };
    expect(labelled(await plan({}))).toEqual({ ...known, "1,-1": [1, U], "-1,0": [U, 0], ",1": [U, 1], "0,": [0, U] });
    const moreTargets = [edema({ uncertain: "one", blank: "negative" })];
    const other = labelled(await plan({ uncertain: "zero", blank: "ignore", moreTargets }));
    expect(other).toEqual({ ...known, "1,-1": [1, 1], "-1,0": [0, 0], ",1": [U, 1], "0,": [0, 0], ",": [U, 0] });
  });

  test.each(["undersample", "oversample"] as const)(
    "%s uses the films whose main label is known, and evens it",
    async (balance) => {
      const made = await plan({ balance });
      expect(Object.keys(labelled(made)).sort()).toEqual(["1,1", "0,0", "1,-1", "0,1", "1,0", "0,"].sort());
      expect(made.summary.train.positives).toBe(made.summary.train.negatives);
    },
  );

  test("weight gives each its own, of the known labels that are learnt from", async () => {
    const { summary, labels, planned } = await plan({ balance: "weight" });
    expect(summary.targets.map(({ target }) => target)).toEqual(["Cardiomegaly", "Edema"]);
    for (const [at, { train, valid, positiveWeight }] of summary.targets.entries()) {
      const codes = Array.from(planned.train, (place) => labels.byTarget[at]?.[place]);
      const count = (code: number) => codes.filter((one) => one === code).length;
      expect(train).toEqual({ positives: count(1), negatives: count(0), unknown: codes.length - count(0) - count(1) });
      expect(valid.positives + valid.negatives + valid.unknown).toBe(planned.valid.length);
      expect(positiveWeight).toBe(train.negatives / train.positives);
    }
    const [main, further] = summary.targets;
    expect(main?.train.unknown).not.toBe(0);
    expect(further?.train).not.toEqual(main?.train);
  });

  test("one of one class, one that is no column and one that is chosen twice are each a sentence", async () => {
    const never = edema({ positive: ["7"] });
    expect((await plan({ moreTargets: [never] })).summary.problem).toMatchObject({
      code: "oneClass",
      at: "Further target",
      message: expect.stringMatching(/holds 0 positive and \d negative films of “Edema”, which is learnt as well/),
    });
    await expect(plan({ moreTargets: [edema({ target: "Oedema" })] })).rejects.toThrow(/no column “Oedema”/);
    await expect(plan({ moreTargets: [edema({ positive: [] })] })).rejects.toThrow(/at least one value of “Edema”/);
    await expect(plan({ moreTargets: [edema({ target: "cardiomegaly" })] })).rejects.toThrow(
      /“Cardiomegaly” is chosen as a target twice/,
    );
  });
});

test("with its own validation, patients of the dataset's test are kept out of training too", async () => {
  const csv =
    "Path,Patient ID,split,Cardiomegaly\na.png,1,train,1\nb.png,2,train,0\nc.png,3,train,0\nd.png,4,valid,1\ne.png,5,valid,0\nf.png,3,test,0\n";
  const index = await indexFolder(
    makeFolder({ "l.csv": csv, ...Object.fromEntries(["a", "b", "c", "d", "e", "f"].map((name) => [`${name}.png`, ""])) }),
    [],
    {},
    () => {},
  );
  const { split, summary } = planSample(index, settings({ validation: "own", balance: "none" }));
  expect([[...split.train], [...split.valid]]).toEqual([
    [0, 1],
    [3, 4],
  ]);
  // What the labels are made of is what is split: the test's row and the training row of its patient are counted apart.
  expect(summary).toMatchObject({ positive: 2, negativeExplicit: 2, heldOut: 1, sharedLeftOut: 1 });
  expect(planSample(index, settings({ validation: 0.5, balance: "none" })).summary).toMatchObject({
    heldOut: 3,
    sharedLeftOut: 0,
  });
});

describe("a test set", () => {
  const lines = ["1", "1", "0", "0", "0", "0", ""].map((label, patient) => row(patient, 1, label));
  const plan = async (change: Partial<SampleSettings> = {}) =>
    planSample(
      await indexCsv([HEADER, ...lines].join("\n"), filmsOf(lines)),
      settings({ validation: "all", blank: "ignore", ...change }),
    );

  test.each(["undersample", "oversample", "weight", "none"] as const)(
    "holds all labelled films as they are, whatever the balance (%s)",
    async (balance) => {
      const { planned, summary } = await plan({ balance, freshEachEpoch: balance === "undersample" });
      expect([planned.train.length, [...planned.valid]]).toEqual([0, [0, 1, 2, 3, 4, 5]]);
      expect(summary).toMatchObject({
        train: { films: 0 },
        valid: { films: 6, positives: 2, negatives: 4, patients: 6 },
        epochFilms: 0,
        setAside: 0,
        heldOut: 0,
        problem: null,
      });
    },
  );

  test("holds films of which only a further target is known too", async () => {
    const two = ["1,", "0,0", ",1", ","].map((cells, patient) => row(patient, 1, cells));
    const index = await indexCsv([`${HEADER},Edema`, ...two].join("\n"), filmsOf(two));
    const edema: TargetSettings = { target: "Edema", positive: ["1"], uncertain: "ignore", blank: "ignore" };
    const { planned } = planSample(index, settings({ validation: "all", blank: "ignore", moreTargets: [edema] }));
    expect([...planned.valid]).toEqual([0, 1, 2]);
  });

  test("takes what the dataset itself holds out too, and of a film's two rows that one", async () => {
    const train = [row(1, 1, "1"), row(2, 1, "0"), row(3, 1, "0")];
    const own = [row(4, 1, "1", "valid"), row(3, 1, "1")];
    const films = filmsOf([...train, own[0]!]);
    const index = await indexCsv([HEADER, ...train].join("\n"), films, [HEADER, ...own].join("\n"));
    const { labels, planned, summary } = planSample(index, settings({ validation: "all" }));
    const labelled = Array.from(planned.valid, (at) => [index.films[index.filmOfRow[at]!], labels.codes[at]]);
    expect(Object.fromEntries(labelled)).toEqual({ [films[0]!]: 1, [films[1]!]: 0, [films[2]!]: 1, [films[3]!]: 1 });
    expect(summary).toMatchObject({ heldOut: 0, sharedLeftOut: 1, filmsInBoth: 0, valid: { films: 4 } });
  });

  test("of one class tells no model from another", async () => {
    const positives = [row(1, 1, "1"), row(2, 1, "1")];
    const index = await indexCsv([HEADER, ...positives].join("\n"), filmsOf(positives));
    expect(planSample(index, settings({ validation: "all" })).summary.problem).toMatchObject({ code: "oneClass", at: "Target" });
  });
});
