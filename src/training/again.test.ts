import { expect, it } from "vitest";
import type { TrialFile } from "../protocol/again";
import { FASTAI_AUGMENTATION, type TrialSettings } from "../protocol/settings";
import type { NewTrial, Trial, WeightsChoice } from "../protocol/training";
import { readTrialFile } from "../storage/trialFile";
import { createTestLab, type TestLab } from "./testLab";
import { ending, essence, lastCheckpoint, train } from "./testRuns";

/** All that is drawn anew, or carries something from step to step or from epoch to epoch. */
const ALL: Partial<TrialSettings> = {
  ...FASTAI_AUGMENTATION,
  mixup: 0.4,
  labelSmoothing: 0.1,
  balance: "undersample",
  freshEachEpoch: true,
  freezeEpochs: 1,
  averageDecay: 0.9,
  sliceFrom: 1e-3,
  schedule: "plateau",
  earlyStop: 2,
  seed: 7,
};

/** Other stores, as on another machine. */
function openLab(): TestLab {
  const lab = createTestLab(["Cardiomegaly", "Edema"]);
  // Uneven, so that there are films to draw from.
  for (let film = 0; film < 22; film++) lab.sample.train.labels[2 * film] = film % 3 === 0 ? 1 : 0;
  return lab;
}

async function readFile(lab: TestLab, id: number): Promise<TrialFile> {
  return readTrialFile(await lab.session.exportTrial(id), `trial-${id}.json`);
}

/** The request that the page makes of the file. */
function requestOf(lab: TestLab, file: TrialFile, weights: WeightsChoice = { kind: "fresh" }): NewTrial & { again: TrialFile } {
  const dataset = { name: "made", format: "chexpert", rows: 29, films: 29, csvPath: "train.csv", csvSha256: "0" };
  const { contents } = lab.sample;
  return { settings: file.settings, sample: lab.sample, dataset: { ...dataset, contents }, finder: null, weights, again: file };
}

async function trainTrial(lab: TestLab, request: NewTrial): Promise<Trial> {
  const { id } = await lab.session.createTrial(request);
  expect(ending(await train(lab, id))).toEqual(["finished"]);
  return (await lab.session.listTrials()).find((trial) => trial.id === id)!;
}

/** A trial of these settings and its file. */
async function trainFirst(change: Partial<TrialSettings>, lab = openLab()) {
  const { again: _, ...request } = requestOf(lab, { settings: { ...lab.settings, ...change } } as TrialFile);
  const { id } = await trainTrial(lab, request);
  return { lab, id, file: await readFile(lab, id) };
}

it("a trial is repeated to the bit from its file alone, whatever is drawn and carried on in it", async () => {
  const first = await trainFirst(ALL);
  expect(first.file.settings).toMatchObject(ALL);
  expect(first.file.unknown, "every field that is written is known to who reads it").toEqual([]);
  const other = openLab();
  const request = requestOf(other, first.file);
  expect(await other.session.listDifferences(request)).toEqual([]);
  const { id, again } = await trainTrial(other, request);
  expect(again).toMatchObject({ trial: "trial-1", file: "trial-1.json", differences: [], outcome: { first: null } });
  expect(again?.outcome?.steps).toBe(first.file.course.losses.length);
  expect(again?.outcome?.epochs).toBe(first.file.course.epochs.length);
  expect(essence(await lastCheckpoint(other, id))).toEqual(essence(await lastCheckpoint(first.lab, first.id)));
  expect((await readFile(other, id)).unknown).toEqual([]);
  expect(JSON.parse(await other.session.exportTrial(id)).again).toEqual(again);
});

it("one that was interrupted on its way is judged all the same, and the first step that differs is told", async () => {
  const { file } = await trainFirst({});
  const lab = openLab();
  const { id } = await lab.session.createTrial(requestOf(lab, file));
  lab.onEngine = (engine) => {
    engine.onStep = (step, loss) => {
      if (step === 8) throw new Error("the tab is gone");
      return step === 6 ? loss + 1e-12 : loss;
    };
  };
  expect(ending(await train(lab, id))).toEqual(["failed"]);
  lab.onEngine = () => {};
  lab.reload();
  await train(lab, id);
  // Step 6 was taken again from the checkpoint of step 6, as it should be.
  expect((await lab.session.listTrials())[0]?.again?.outcome).toMatchObject({ first: null });

  const other = openLab();
  other.onEngine = (engine) => {
    engine.onStep = (step, loss) => (step === 6 ? loss + 1e-12 : loss);
  };
  const { again } = await trainTrial(other, requestOf(other, file));
  const was = file.course.losses[6]!;
  expect(again?.outcome?.first).toEqual({ of: "step", at: 6, figure: "the loss", was, is: was + 1e-12 });
});

it("from a stopped trial's file all is trained, and as far as the file goes it is compared", async () => {
  const { file } = await trainFirst({});
  const stopped = { ...file, course: { losses: file.course.losses.subarray(0, 7), epochs: file.course.epochs.slice(0, 1) } };
  const lab = openLab();
  const { again, stepsDone } = await trainTrial(lab, requestOf(lab, stopped));
  expect(stepsDone).toBe(file.course.losses.length);
  expect(again?.outcome).toEqual({ steps: 7, epochs: 1, first: null });
});

it("its beginning is found among the trials by its checksum, and another one is named", async () => {
  const parent = await trainFirst({});
  const weights = { kind: "trial", trialId: parent.id, which: "best" } as const;
  const { again: _, ...request } = requestOf(parent.lab, parent.file, weights);
  const child = await trainTrial(parent.lab, request);
  const file = await readFile(parent.lab, child.id);
  expect(await parent.lab.session.findBeginning(file.beginning!)).toEqual(weights);
  expect(await parent.lab.session.listDifferences(requestOf(parent.lab, file, weights))).toEqual([]);
  // Once a classifier that tells a target among others was drawn anew.
  const drawn = { ...file, beginning: file.beginning && { ...file.beginning, replaced: "Classifier replaced." } };
  expect(await parent.lab.session.listDifferences(requestOf(parent.lab, drawn, weights))).toEqual([
    "Drawn anew of the weights: Classifier replaced. in the file, nothing here.",
  ]);
  const { again } = await trainTrial(parent.lab, requestOf(parent.lab, file, weights));
  expect(again?.outcome?.first).toBeNull();

  const { lab } = await trainFirst({ seed: 1 });
  expect(await lab.session.findBeginning(file.beginning!)).toBeNull();
  expect(await lab.session.listDifferences(requestOf(lab, file))).toEqual([
    expect.stringMatching(/^Begins from: trial-1, SHA-256 [0-9a-f]{12}… in the file, fresh weights here\.$/),
  ]);
});

it("every difference in data, settings, adapter and versions is named before it starts", async () => {
  const { file } = await trainFirst({});
  const lab = openLab();
  const { dataset, ...request } = requestOf(lab, file);
  const differences = await lab.session.listDifferences({
    ...request,
    settings: { ...request.settings, maxLr: 0.5, balance: "weight", gpuBudgetMiB: 900 },
    dataset: { ...dataset, csvSha256: "1", rows: 30, contents: { ...lab.sample.contents, fingerprint: "other" } },
    again: {
      ...file,
      adapter: { ...file.adapter!, name: "another" },
      versions: { lab: "older" },
      unknown: ["settings.foo"],
      sample: { ...file.sample, setAside: 3 },
    },
  });
  expect(differences).toEqual([
    "Label file train.csv: SHA-256 0… in the file, SHA-256 1… here.",
    "Rows: 29 in the file, 30 here.",
    "Fingerprint of the prepared films and their labels: made in the file, other here.",
    "Films set aside: 3 in the file, 0 here.",
    "Balance: none in the file, weight here.",
    "Max LR: 0.05 in the file, 0.5 here.",
    "Adapter: another in the file, test here.",
    "Version of the lab: older in the file, test here.",
    "“settings.foo” is in the file, and this version of the lab does not know it.",
  ]);
  const trial = await lab.session.createTrial({ ...request, dataset: { ...dataset, rows: 30 } });
  expect(trial.again?.differences).toEqual(["Rows: 29 in the file, 30 here."]);
});

it("what a deleted trial was to be compared with goes with it", async () => {
  const { file } = await trainFirst({});
  const lab = openLab();
  const { id } = await lab.session.createTrial(requestOf(lab, file));
  expect([...lab.courses.map.keys()]).toEqual([String(id)]);
  await lab.session.deleteTrial(id);
  await lab.session.tidy();
  expect(lab.courses.map.size).toBe(0);
});
