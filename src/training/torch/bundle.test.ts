// What a bundle holds, on the lab of doubles; what train.py makes of it is train.test.ts's.
import { expect, it } from "vitest";
import { readZip } from "../../storage/zip";
import { createTestLab, type TestLab } from "../testLab";
import { train } from "../testRuns";
import { TEST_SIZE } from "../testSample";

const FILMS = 29;

/** As films are prepared now, with where they lie. */
function openLab(targets?: string[]): TestLab {
  const lab = createTestLab(targets);
  for (const part of [lab.sample.train, lab.sample.valid]) {
    const names = Array.from(part.slots, (slot) => `view${slot}.png`);
    part.origins = { paths: names.map((name) => `set/${name}`).join("\n"), files: names.join("\n"), patients: part.slots };
    part.films = new Uint8Array(part.slots.length * 16).fill(255);
  }
  return lab;
}

async function unpack(lab: TestLab, id: number, withFilms = false) {
  const { file, notices } = await lab.session.exportTorchBundle(id, withFilms);
  const entries = await readZip(file);
  const find = (name: string) => entries.find((entry) => entry.name === `trial-${id}-torch/${name}`)!.content;
  return { notices, names: entries.map(({ name }) => name.replace(`trial-${id}-torch/`, "")), find };
}

it("holds the program, the trial's own JSON, its rows, its weights, and two commands", async () => {
  const lab = openLab(["Cardiomegaly", "No, Finding"]);
  const { id } = await lab.createTrial();
  await train(lab, id);
  const { names, find, notices } = await unpack(lab, id);
  expect(names).toEqual([
    ...["train.py", "recipe.json", "sample.csv", "begin.safetensors", "last.safetensors", "bundle.json", "README.md"],
  ]);
  expect(notices).toEqual([]);
  expect(await find("recipe.json").text()).toBe(await lab.session.exportTrial(id));
  expect(await find("last.safetensors").arrayBuffer()).toEqual((await lab.session.exportWeights(id, "last")).bytes);
  const rows = (await find("sample.csv").text()).split("\n");
  expect(rows.slice(0, 3)).toEqual([
    'path,file,part,patient,sha256,Cardiomegaly,"No, Finding"',
    `set/view0.png,view0.png,train,0,${"f".repeat(32)},0,`,
    `set/view1.png,view1.png,train,1,${"f".repeat(32)},1,0`,
  ]);
  expect(rows[23]).toBe(`film0.png,view22.png,valid,22,${"f".repeat(32)},0,1`);
  expect(rows).toHaveLength(1 + FILMS + 1);
  expect(await find("README.md").text()).toMatch(/train\.py --data DIR --sync-bn\n.*--continue/s);
});

it("brings the prepared films in the order of the rows, and then asks for no folder", async () => {
  const lab = openLab();
  const { id } = await lab.createTrial({ cropBorders: true });
  const { names, find, notices } = await unpack(lab, id, true);
  expect(names).not.toContain("last.safetensors");
  expect(notices).toEqual([expect.stringMatching(/was not trained in the lab yet/)]);
  expect(JSON.parse(await find("bundle.json").text()).missing).toEqual({ "last.safetensors": notices[0] });
  expect(find("films.bin").size).toBe(FILMS * TEST_SIZE ** 2);
  expect(await find("README.md").text()).not.toContain("--data");
});

it("refuses to leave films out that Python would prepare otherwise, or not find", async () => {
  const lab = openLab();
  const cropped = await lab.createTrial({ cropBorders: true });
  await expect(lab.session.exportTorchBundle(cropped.id, false)).rejects.toMatchObject({
    code: "badSettings",
    message: expect.stringMatching(/borders were cut off. Take the bundle with the prepared films/),
  });
  const earlier = createTestLab();
  const { id } = await earlier.createTrial();
  await expect(earlier.session.exportTorchBundle(id, false)).rejects.toThrow(/earlier version/);
  expect(await (await unpack(earlier, id, true)).find("sample.csv").text()).toContain("train/3,,train,,,1\n");
});

it("begins where the trial began: from another's weights while these are here, and else says what to give", async () => {
  const lab = openLab();
  const { id } = await lab.createTrial();
  await train(lab, id);
  const next = await lab.createTrial({}, { kind: "trial", trialId: id, which: "last" });
  await train(lab, next.id);
  const { find } = await unpack(lab, next.id);
  expect(await find("begin.safetensors").arrayBuffer()).toEqual((await lab.session.exportWeights(id, "last")).bytes);

  await lab.session.deleteTrial(id);
  const { names, notices } = await unpack(lab, next.id);
  expect(names).not.toContain("begin.safetensors");
  expect(notices).toEqual([expect.stringMatching(/began from trial-1, which is not in the lab any more.*--weights/)]);
});

it("notes what PyTorch does otherwise", async () => {
  const lab = openLab();
  const { id } = await lab.createTrial({ activations: "f16", arithmetic: "f16", filmsPerPass: 2 });
  const { notes } = JSON.parse(await (await unpack(lab, id)).find("bundle.json").text());
  expect(notes).toEqual([/as halves/, /--precision float16/, /passes of 2 films/].map((words) => expect.stringMatching(words)));
});
