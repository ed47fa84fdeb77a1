import * as Comlink from "comlink";
import { afterEach, expect, test, vi } from "vitest";
import { DEFAULT_SETTINGS, preparationOf } from "../../protocol/settings";
import { connectFilmWorker, createFilmApi, FilmWorkerDied } from "./filmWorker";
import golden from "./golden/jpeg.json";
import { decodeJpeg } from "./jpeg";
import { resizeGrey } from "./resize";

const fileOf = (name: string) => {
  const found = golden.cases.find((made) => made.name === name);
  if (!found) throw new Error(`no case ${name}`);
  return new Uint8Array(Buffer.from(found.base64, "base64"));
};

test("each film of a batch has its pixels in its place, or the reason why not", async () => {
  const first = fileOf("40 x 24 at quality 75");
  const broken = first.subarray(0, 300);
  const last = fileOf("orientation 6");
  const files = [first, broken, last];
  const preparation = preparationOf({ ...DEFAULT_SETTINGS, imageSize: 16 });
  const batch = {
    paths: ["a.jpg", "b.jpg", "c.jpg"],
    bytes: new Uint8Array(Buffer.concat(files)),
    lengths: files.map(({ length }) => length),
  };
  const { outcomes, pixels } = await createFilmApi().prepareFilms(batch, preparation, new ArrayBuffer(4 * 256));
  expect(outcomes).toEqual([{ grading: "bytes" }, { reason: "The JPEG file is cut short." }, { grading: "bytes" }]);
  for (const [place, file] of [
    [0, first],
    [2, last],
  ] as const) {
    const film = decodeJpeg(file);
    expect(new Uint8Array(pixels, place * 256, 256)).toEqual(film && resizeGrey(film, 16, 16));
  }
});

test("a thumbnail is the film made small, never larger, or the reason why not", async () => {
  const api = createFilmApi();
  const file = fileOf("40 x 24 at quality 75");
  const film = decodeJpeg(file);
  expect(await api.thumbnail(file, "a.jpg", 10)).toEqual({ width: 10, height: 6, data: film && resizeGrey(film, 10, 6) });
  expect(await api.thumbnail(file, "a.jpg", 100)).toMatchObject({ width: 40, height: 24 });
  await expect(api.thumbnail(file.subarray(0, 300), "b.jpg", 10)).rejects.toMatchObject({ code: "filmUnreadable", at: "b.jpg" });
});

/** A worker that answers when it is told to, each time what it was asked for first. */
function startWorker() {
  const { port1, port2 } = new MessageChannel();
  const answers: (() => void)[] = [];
  const answer = (data: number) =>
    new Promise((resolve) => {
      answers.push(() => resolve({ width: 1, height: 1, data: Uint8Array.of(data) }));
    });
  Comlink.expose({ thumbnail: (file: Uint8Array) => answer(file[0] ?? 0) }, port2);
  const worker = Object.assign(port1, { terminate: () => port1.close() }) as unknown as Worker;
  const asked = (count: number) => vi.waitFor(() => expect(answers.length).toBe(count), { interval: 1 });
  const ask = (of: ReturnType<typeof connectFilmWorker>, data: number) => of.thumbnail(Uint8Array.of(data), "a.jpg", 8);
  return { worker, answers, asked, ask };
}

afterEach(() => vi.useRealTimers());

test("a worker that does not answer in a minute ends all that it was asked for, and what it is asked for then", async () => {
  const { worker, ask } = startWorker();
  const film = connectFilmWorker(worker);
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  const asks = [ask(film, 1), ask(film, 2)].map((asked) => expect(asked).rejects.toThrow("no answer in 60 s"));
  await vi.advanceTimersByTimeAsync(60_000);
  await Promise.all(asks);
  await expect(ask(film, 3)).rejects.toBeInstanceOf(FilmWorkerDied);
  film.close();
  expect(vi.getTimerCount()).toBe(0);
});

test("the minute of what waits behind other work begins when that is answered", async () => {
  const { worker, answers, asked, ask } = startWorker();
  const film = connectFilmWorker(worker);
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  const films = [ask(film, 1), ask(film, 2), ask(film, 3)];
  await asked(3);
  for (const [at, waiting] of films.entries()) {
    await vi.advanceTimersByTimeAsync(59_000);
    answers[at]?.();
    expect(await waiting).toMatchObject({ data: Uint8Array.of(at + 1) });
  }
  expect(vi.getTimerCount()).toBe(0);
  film.close();
});

test("what is asked of a worker that was closed is not waited for", async () => {
  const { worker, ask } = startWorker();
  const film = connectFilmWorker(worker);
  const waiting = ask(film, 1);
  film.close();
  await expect(waiting).rejects.toBeInstanceOf(FilmWorkerDied);
});
