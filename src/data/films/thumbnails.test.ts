import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type FilmWorker, FilmWorkerDied } from "./filmWorker";
import { createThumbnails } from "./thumbnails";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => vi.useRealTimers());

/** Workers that end over the film 13. */
function startThumbnails() {
  const log: string[] = [];
  const createWorker = (): FilmWorker => {
    log.push("start");
    return {
      prepareFilms: () => Promise.reject(new Error("no batch is needed here")),
      thumbnail: async (file, path) => {
        log.push(`begin ${path}`);
        await Promise.resolve();
        if (file[0] === 13) throw new FilmWorkerDied("no answer in 60 s");
        log.push(`end ${path}`);
        return { width: 1, height: 1, data: file };
      },
      close: () => log.push("close"),
    };
  };
  const make = createThumbnails(createWorker);
  return { log, make: (film: number) => make(Uint8Array.of(film), String(film), 8) };
}

test("no worker is started before the first film; films are made one after another", async () => {
  const { log, make } = startThumbnails();
  expect(log).toEqual([]);
  expect(await Promise.all([make(1), make(2)])).toMatchObject([{ data: Uint8Array.of(1) }, { data: Uint8Array.of(2) }]);
  expect(log).toEqual(["start", "begin 1", "end 1", "begin 2", "end 2"]);
});

test("a film over which the worker ends costs no other: the next has a worker of its own", async () => {
  const { log, make } = startThumbnails();
  const [first, deadly, next] = await Promise.allSettled([make(1), make(13), make(2)]);
  expect([first?.status, next?.status]).toEqual(["fulfilled", "fulfilled"]);
  expect(deadly).toMatchObject({
    reason: { code: "filmUnreadable", message: "The worker that decoded it ended: no answer in 60 s.", at: "13" },
  });
  expect(log).toEqual(["start", "begin 1", "end 1", "begin 13", "close", "start", "begin 2", "end 2"]);
});

test("a worker that nobody asks any more is ended, and the next film starts another", async () => {
  const { log, make } = startThumbnails();
  await make(1);
  await vi.advanceTimersByTimeAsync(50_000);
  await make(2);
  await vi.advanceTimersByTimeAsync(50_000);
  expect(log).not.toContain("close");
  await vi.advanceTimersByTimeAsync(10_000);
  expect(log.at(-1)).toBe("close");
  await make(3);
  expect(log.slice(-3)).toEqual(["start", "begin 3", "end 3"]);
});
