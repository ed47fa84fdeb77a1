import { expect, test } from "vitest";
import type { DatasetApi, FolderSource, PrepareEvent } from "../protocol/dataset";
import { DEFAULT_SETTINGS } from "../protocol/settings";
import { createDataset } from "./dataset";

const createWorker = () => {
  throw new Error("no worker is needed here");
};

function openFolder(dataset: DatasetApi, source: FolderSource) {
  const openFile = () => Promise.reject(new Error("no file is needed here"));
  return dataset.open({ source, labelFiles: [], choice: {} }, () => {}, openFile);
}

async function openDrawn(films = 60) {
  const dataset = createDataset(createWorker);
  const summary = await openFolder(dataset, { kind: "drawn", name: "Drawn", seed: 0, films });
  return { dataset, summary };
}

test("the wall shows rows by label, in order, and those that the balance sets aside", async () => {
  const { dataset } = await openDrawn();
  const sample = await dataset.describeSample(DEFAULT_SETTINGS);
  const count = (filter: Parameters<typeof dataset.countWall>[1]) => dataset.countWall(DEFAULT_SETTINGS, filter);
  expect(await count("all")).toBe(60);
  expect(await count("positive")).toBe(sample.positive);
  expect(await count("negative")).toBe(sample.negativeExplicit + sample.negativeBlank);
  expect(await count("uncertain")).toBe(sample.uncertainIgnored);
  expect(await count("setAside")).toBe(sample.setAside);
  const films = await dataset.readWall(DEFAULT_SETTINGS, "positive", 1, 5);
  expect(films.every((film) => film.label === "positive")).toBe(true);
  expect(films.map((film) => film.row)).toEqual(films.map((film) => film.row).toSorted((a, b) => a - b));
  expect(await dataset.readWall(DEFAULT_SETTINGS, "positive", 0, 2)).toContainEqual(films[0]);
});

test("other settings make another sample", async () => {
  const { dataset } = await openDrawn();
  const first = await dataset.describeSample(DEFAULT_SETTINGS);
  const asPositive = await dataset.describeSample({ ...DEFAULT_SETTINGS, uncertain: "one" });
  expect(asPositive.positive).toBe(first.positive + first.uncertainIgnored);
  expect(await dataset.describeSample(DEFAULT_SETTINGS)).toEqual(first);
});

test("a row without a film, or no dataset at all, is a sentence", async () => {
  await expect(createDataset(createWorker).describeSample(DEFAULT_SETTINGS)).rejects.toMatchObject({ code: "noFilms" });
  const { dataset } = await openDrawn();
  await expect(dataset.thumbnail(999, 64)).rejects.toMatchObject({ code: "filmUnreadable" });
});

test("a preparation that cannot begin says why through its port", async () => {
  const { dataset } = await openDrawn();
  const { port1, port2 } = new MessageChannel();
  const event = new Promise<PrepareEvent>((resolve) => {
    port1.onmessage = ({ data }) => resolve(data);
  });
  await dataset.prepare({ ...DEFAULT_SETTINGS, target: "Nonsense" }, 2, port2);
  expect(await event).toMatchObject({ type: "failed", code: "badSettings" });
  port1.close();
});

test("of two folders opened one upon the other the later one stays open, whichever is read first", async () => {
  let letThrough = () => {};
  const gate = new Promise<void>((resolve) => {
    letThrough = resolve;
  });
  const film = "patient00001/study1/view1_frontal.jpg";
  const slow = {
    name: "Slow",
    entries: async function* () {
      await gate;
      yield ["train.csv", { kind: "file" }];
      yield ["view1_frontal.jpg", { kind: "file" }];
    },
    getFileHandle: async () => ({ getFile: async () => new Blob([`Path,Cardiomegaly\n${film},1.0\n`]) }),
  } as unknown as FileSystemDirectoryHandle;
  const dataset = createDataset(createWorker);
  const first = openFolder(dataset, { kind: "handle", name: "Slow", handle: slow }).catch(() => {});
  await openFolder(dataset, { kind: "drawn", name: "Drawn", seed: 0, films: 20 });
  letThrough();
  await first;
  expect(await dataset.countWall(DEFAULT_SETTINGS, "all")).toBe(20);
});

test("films can be looked at before a positive value is chosen", async () => {
  const { dataset } = await openDrawn();
  const settings = { ...DEFAULT_SETTINGS, positive: [] };
  await expect(dataset.describeSample(settings)).rejects.toMatchObject({ code: "badSettings" });
  expect(await dataset.countWall(settings, "all")).toBe(60);
  expect(await dataset.countWall(settings, "positive")).toBe(0);
  expect((await dataset.readWall(settings, "all", 0, 2)).map(({ row, label }) => [row, label])).toEqual([
    [0, "unknown"],
    [1, "unknown"],
  ]);
});
