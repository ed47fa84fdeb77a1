import { describe, expect, it, vi } from "vitest";
import { ThumbnailCache } from "./thumbnailCache";

function fakeFilm(row: number) {
  return { width: row, height: row, close: vi.fn() };
}

/** A loader whose films come when the test says so. */
function loader() {
  const asked: number[] = [];
  const answers = new Map<number, { resolve: (film: ImageBitmap) => void; reject: (reason: Error) => void }>();
  const load = (row: number) => {
    asked.push(row);
    return new Promise<ImageBitmap>((resolve, reject) => answers.set(row, { resolve, reject }));
  };
  const arrive = async (row: number) => {
    const film = fakeFilm(row);
    answers.get(row)?.resolve(film);
    await new Promise((done) => setTimeout(done));
    return film;
  };
  const fail = async (row: number) => {
    answers.get(row)?.reject(new Error("unreadable"));
    await new Promise((done) => setTimeout(done));
  };
  return { asked, load, arrive, fail };
}

describe("ThumbnailCache", () => {
  it("asks for a film once, however many wait for it, and shows it at once afterwards", async () => {
    const { asked, load, arrive } = loader();
    const cache = new ThumbnailCache(load);
    const [first, second, later] = [vi.fn(), vi.fn(), vi.fn()];
    cache.request(7, first);
    cache.request(7, second);
    const film = await arrive(7);
    cache.request(7, later);
    expect(asked).toEqual([7]);
    for (const show of [first, second, later]) expect(show).toHaveBeenCalledExactlyOnceWith(film);
  });

  it("serves the newest wish first and forgets wishes that were given up", async () => {
    const { asked, load, arrive } = loader();
    const cache = new ThumbnailCache(load, 10, 1);
    cache.request(1, vi.fn());
    const giveUp = cache.request(2, vi.fn());
    cache.request(3, vi.fn());
    cache.request(4, vi.fn());
    giveUp();
    await arrive(1);
    await arrive(4);
    await arrive(3);
    expect(asked).toEqual([1, 4, 3]);
  });

  it("closes the film used longest ago when it is full, and none that is kept", async () => {
    const { load, arrive } = loader();
    const cache = new ThumbnailCache(load, 2);
    for (const row of [1, 2, 3]) cache.request(row, vi.fn());
    const one = await arrive(1);
    const two = await arrive(2);
    cache.request(1, vi.fn());
    const three = await arrive(3);
    expect(two.close).toHaveBeenCalledOnce();
    expect(one.close).not.toHaveBeenCalled();
    expect(three.close).not.toHaveBeenCalled();
  });

  it("closes everything when cleared, films on their way included", async () => {
    const { load, arrive } = loader();
    const cache = new ThumbnailCache(load);
    const show = vi.fn();
    cache.request(1, vi.fn());
    cache.request(2, show);
    const one = await arrive(1);
    cache.clear();
    const two = await arrive(2);
    expect(one.close).toHaveBeenCalledOnce();
    expect(two.close).toHaveBeenCalledOnce();
    expect(show).not.toHaveBeenCalled();
  });

  it("shows a film that cannot be read as null, without asking again", async () => {
    const { asked, load, fail } = loader();
    const cache = new ThumbnailCache(load);
    const [first, again] = [vi.fn(), vi.fn()];
    cache.request(5, first);
    await fail(5);
    cache.request(5, again);
    expect(asked).toEqual([5]);
    expect(first).toHaveBeenCalledExactlyOnceWith(null);
    expect(again).toHaveBeenCalledExactlyOnceWith(null);
  });
});
