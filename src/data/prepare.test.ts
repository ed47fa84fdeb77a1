import { expect, test } from "vitest";
import type { PrepareEvent } from "../protocol/dataset";
import { toFailure } from "../protocol/labError";
import { DEFAULT_SETTINGS, type SampleSettings } from "../protocol/settings";
import { openFilmContents } from "../storage/filmContents";
import { unpackKeys } from "../storage/filmKeys";
import { openFilmReader } from "../storage/filmReader";
import { openFilmWriter } from "../storage/filmWriter";
import { createMemoryDirectory } from "../storage/memoryDirectory";
import { type FilmWorker, FilmWorkerDied } from "./films/filmWorker";
import { indexFolder } from "./openDataset";
import { prepareSample } from "./prepare";
import { planSample } from "./sample";
import { makeFolder } from "./testSupport";

const SETTINGS: SampleSettings = { ...DEFAULT_SETTINGS, validation: 0.25, balance: "none", imageSize: 8 };
const film = (patient: number) => `train/patient${patient}/study1/view1_frontal.jpg`;

/** Twenty patients with a film each, the first ten positive. The content of a film is its number, or what becomes of it. */
async function makeLab(contents: Record<number, string> = {}) {
  const patients = Array.from({ length: 20 }, (_, i) => i);
  const csv = ["Path,Cardiomegaly", ...patients.map((patient) => `x/${film(patient)},${patient < 10 ? "1.0" : "0.0"}`)].join(
    "\n",
  );
  const folder = makeFolder({
    "train.csv": csv,
    ...Object.fromEntries(patients.map((patient) => [film(patient), contents[patient] ?? String(patient)])),
  });
  const root = createMemoryDirectory();
  let known = new Map<string, string>();
  let folderName = folder.name;
  const index = await indexFolder(folder, [], {}, () => {});
  const created: number[] = [];
  const prepared: string[] = [];
  const createWorker = (): FilmWorker => {
    let dead = false;
    created.push(created.length);
    return {
      prepareFilms: async ({ paths, bytes, lengths }, { imageSize: size, grading }, pixels) => {
        const ends = lengths.map((_, i) => lengths.slice(0, i + 1).reduce((sum, length) => sum + length));
        const texts = ends.map((end, i) => new TextDecoder().decode(bytes.subarray(end - lengths[i]!, end)));
        if (texts.includes("deadly")) dead = true;
        await Promise.resolve();
        if (dead) throw new FilmWorkerDied("out of memory");
        const films = new Uint8Array(pixels);
        texts.forEach((text, i) => {
          films.fill(Number(text), i * size * size, (i + 1) * size * size);
        });
        prepared.push(...paths.filter((_, i) => texts[i] !== "bad"));
        return {
          outcomes: texts.map((text) => (text === "bad" ? { reason: "It is not an image." } : { grading })),
          pixels,
        };
      },
      thumbnail: () => Promise.reject(new Error("no thumbnail is needed here")),
      close: () => {},
    };
  };
  const run = async (
    settings = SETTINGS,
    stop = new AbortController(),
    onEvent: (event: PrepareEvent) => void = () => {},
    contentsFail = false,
  ) => {
    const events: PrepareEvent[] = [];
    const ending = await prepareSample({
      index,
      folder: { ...folder, name: folderName },
      settings,
      plan: planSample(index, settings),
      contents: known,
      workers: 2,
      createWorker,
      signal: stop.signal,
      emit: (event) => {
        events.push(event);
        onEvent(event);
      },
      openWriter: (store, imageSize) => openFilmWriter(store, imageSize, root),
      openContents: (name) => (contentsFail ? Promise.reject(new Error("no contents")) : openFilmContents(name, root)),
    }).catch((error: unknown): PrepareEvent => ({ type: "failed", ...toFailure(error) }));
    return { events, last: ending };
  };
  /** What another visit to the page begins with. */
  const reload = (name = folder.name) => {
    known = new Map();
    folderName = name;
  };
  return { run, root, created, prepared, reload };
}

test("every film lands at its slot with its label, and progress ends whole", async () => {
  const { run, root } = await makeLab();
  const { events, last } = await run();
  if (last?.type !== "finished") throw new Error(`ended with ${last?.type}`);
  const { sample } = last;
  expect(sample.train.slots.length + sample.valid.slots.length).toBe(20);
  expect(sample.summary).toMatchObject({ filmsToPrepare: 20, patientsInBoth: 0 });
  const reader = await openFilmReader(sample.store, root);
  for (const part of [sample.train, sample.valid]) {
    const films = await reader.read(part.slots);
    expect([...part.labels]).toEqual(Array.from(part.labels, (_, i) => ((films[i * 64] ?? 0) < 10 ? 1 : 0)));
  }
  const valid = await reader.read(sample.valid.slots);
  expect(sample.validPaths).toEqual(Array.from(sample.valid.slots, (_, i) => `x/${film(valid[i * 64] ?? -1)}`));
  for (const { origins, slots } of [sample.train, sample.valid]) {
    const films = await reader.read(slots);
    const files = Array.from(slots, (_, i) => film(films[i * 64] ?? -1));
    expect(origins).toMatchObject({ files: files.join("\n"), paths: files.map((file) => `x/${file}`).join("\n") });
    expect(origins?.patients).toHaveLength(slots.length);
  }
  expect(events.filter((event) => event.type === "prepareProgress").at(-1)).toMatchObject({
    done: 20,
    total: 20,
    failed: 0,
    bytes: 20 * 64,
  });
});

test("films that cannot be read are set aside with their reason, and the counts are made again", async () => {
  const { run } = await makeLab({ 3: "bad", 12: "bad" });
  const { last } = await run();
  if (last?.type !== "finished") throw new Error(`ended with ${last?.type}`);
  expect(last.failed.toSorted((a, b) => a.path.localeCompare(b.path))).toEqual([
    { path: film(12), reason: "It is not an image." },
    { path: film(3), reason: "It is not an image." },
  ]);
  expect(last.sample.train.slots.length + last.sample.valid.slots.length).toBe(18);
  expect(last.sample.summary).toMatchObject({ filmsToPrepare: 18, kept: 18 });
});

test("a film that ends its worker is set aside; the films beside it are not, and the worker is replaced", async () => {
  const { run, created } = await makeLab({ 5: "deadly" });
  const { last } = await run();
  if (last?.type !== "finished") throw new Error(`ended with ${last?.type}`);
  expect(last.failed).toEqual([{ path: film(5), reason: "The worker that decoded it ended: out of memory." }]);
  expect(created.length).toBe(4);
});

test("workers that cannot run at all end the job instead of setting every film aside", async () => {
  const { run } = await makeLab(Object.fromEntries(Array.from({ length: 20 }, (_, i) => [i, "deadly"])));
  expect((await run()).last).toMatchObject({
    type: "failed",
    code: "internal",
    message: expect.stringContaining("out of memory"),
  });
});

test("a stopped job keeps what it has, and the next one goes on from there", async () => {
  const { run, prepared } = await makeLab();
  const stop = new AbortController();
  const first = await run(SETTINGS, stop, () => {
    if (prepared.length >= 5) stop.abort();
  });
  // Progress comes ten times a second, so the stop may come at the end of so short a job.
  expect(["stopped", "finished"]).toContain(first.last?.type);
  const second = await run();
  expect(second.last?.type).toBe("finished");
  expect(new Set(prepared).size).toBe(20);
  expect(prepared.length).toBe(20);
  expect((await run()).events[0]).toMatchObject({ type: "prepareProgress", done: 20, reused: 20 });
});

test("a job stopped before it began says how far it came", async () => {
  const { run } = await makeLab();
  const stop = new AbortController();
  stop.abort();
  expect((await run(SETTINGS, stop)).last).toEqual({ type: "stopped", done: 0, total: 20 });
});

test("one class left after failures is a sentence", async () => {
  const { run } = await makeLab(Object.fromEntries(Array.from({ length: 10 }, (_, i) => [i, "bad"])));
  expect((await run()).last).toMatchObject({
    type: "failed",
    code: "oneClass",
    message: expect.stringMatching(/^10 films were set aside/),
  });
});

test("a size that cannot be is refused", async () => {
  const { run } = await makeLab();
  expect((await run({ ...SETTINGS, imageSize: 3.5 })).last).toMatchObject({ type: "failed", code: "badSettings" });
});

test("films are found again by what they hold: on the next visit, and by another size only what that lacks is prepared", async () => {
  const { run, prepared, reload } = await makeLab();
  await run();
  reload();
  const again = await run();
  expect(again.events[0]).toMatchObject({ type: "prepareProgress", done: 20, reused: 20 });
  expect(prepared.length).toBe(20);
  await run({ ...SETTINGS, imageSize: 16 });
  expect(prepared.length).toBe(40);
  expect((await run({ ...SETTINGS, imageSize: 16 })).events[0]).toMatchObject({ reused: 20 });
});

test("a folder that was copied or renamed is found prepared by what its films hold: none is decoded again", async () => {
  const { run, prepared, reload } = await makeLab({ 3: "bad" });
  const first = await run();
  reload("copied");
  const again = await run();
  expect(prepared.length).toBe(19);
  if (first.last?.type !== "finished" || again.last?.type !== "finished") throw new Error(`ended with ${again.last?.type}`);
  expect(again.last).toMatchObject({ failed: first.last.failed, sample: first.last.sample, reused: 19 });
  expect(again.events.findLast((event) => event.type === "prepareProgress")).toMatchObject({ done: 20, failed: 1, reused: 19 });
  // And it is known from then on.
  reload("copied");
  expect((await run()).events[0]).toMatchObject({ reused: 19 });
});

test("a training film that holds the same image as a validation film is set aside", async () => {
  const { run } = await makeLab({ 7: "8", 9: "8", 13: "18" });
  const { last } = await run();
  if (last?.type !== "finished") throw new Error(`ended with ${last?.type}`);
  const { train, valid } = last.sample;
  expect([...train.slots].filter((slot) => valid.slots.includes(slot))).toEqual([]);
  expect(train.slots.length + valid.slots.length + last.failed.length).toBe(20);
});

test("what is recorded of the grey scale is the store's own, whatever was prepared in between", async () => {
  const { run } = await makeLab();
  const gradingsOf = async (grading: "window" | "percentiles") => {
    const { last } = await run({ ...SETTINGS, grading });
    if (last?.type !== "finished") throw new Error(`ended with ${last?.type}`);
    return last.sample.contents.gradings;
  };
  expect(await gradingsOf("window")).toEqual({ window: 20 });
  expect(await gradingsOf("percentiles")).toEqual({ percentiles: 20 });
  expect(await gradingsOf("window")).toEqual({ window: 20 });
});

test("a preparation that cannot begin lets go of the store", async () => {
  const { run } = await makeLab();
  expect((await run(SETTINGS, undefined, undefined, true)).last).toMatchObject({ type: "failed" });
  expect((await run()).last).toMatchObject({ type: "finished" });
});

test("where every film is the same image they stay, and that is said", async () => {
  const { run } = await makeLab(Object.fromEntries(Array.from({ length: 20 }, (_, i) => [i, "1"])));
  const { last } = await run();
  if (last?.type !== "finished") throw new Error(`ended with ${last?.type}`);
  expect(last.sample.train.slots.length + last.sample.valid.slots.length).toBe(20);
  expect(last.sample.contents).toMatchObject({ repeatedAcross: last.sample.train.slots.length, setsAsideRepeated: false });
  // One image twenty times is no film from earlier.
  expect(last.reused).toBe(0);
});

test("a test set is prepared whole, identical files and all, with patients known again by their names", async () => {
  const { run } = await makeLab({ 3: "2" });
  const prepare = async (validation: SampleSettings["validation"]) => {
    const { last } = await run({ ...SETTINGS, validation });
    if (last?.type !== "finished") throw new Error(`ended with ${last?.type}`);
    return last;
  };
  const { sample, failed } = await prepare("all");
  expect(failed).toEqual([]);
  expect([sample.train.slots.length, sample.valid.slots.length, sample.validFacts?.patients.length]).toEqual([0, 20, 20]);
  expect(sample.contents).toMatchObject({ repeatedAcross: 0, repeatedWithin: 1 });

  const split = (await prepare(0.25)).sample;
  const [all, train, valid] = [sample.patients?.valid, split.patients?.train, split.patients?.valid].map(unpackKeys);
  expect(all).toHaveLength(20);
  expect(train?.length).toBeGreaterThanOrEqual(14);
  expect([...train!, ...valid!].every((patient) => all!.includes(patient))).toBe(true);
  expect(train!.filter((patient) => valid!.includes(patient))).toEqual([]);
});
