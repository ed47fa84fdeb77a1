// Thumbnails of the wall: the newest wish first, few at a time, the least used closed. It draws nothing.

type Show = (film: ImageBitmap | null) => void;

/** Keeps up to `limit` films; `load` is asked for at most `concurrency` at once. A film that cannot be read is shown as null. */
export class ThumbnailCache {
  readonly #load: (row: number) => Promise<ImageBitmap>;
  readonly #limit: number;
  readonly #concurrency: number;
  /** Least recently used first. */
  readonly #films = new Map<number, ImageBitmap | null>();
  /** Wishes in the order they came; the last is served first, as it is nearest to what is seen. */
  readonly #waiting = new Map<number, Set<Show>>();
  readonly #loading = new Set<number>();
  #generation = 0;

  constructor(load: (row: number) => Promise<ImageBitmap>, limit = 400, concurrency = 6) {
    this.#load = load;
    this.#limit = limit;
    this.#concurrency = concurrency;
  }

  /** Calls `show` with the film, at once where it is kept. Returns how to give the wish up. */
  request(row: number, show: Show): () => void {
    const kept = this.#films.get(row);
    if (kept !== undefined) {
      this.#films.delete(row);
      this.#films.set(row, kept);
      show(kept);
      return () => {};
    }
    const wishes = this.#waiting.get(row) ?? new Set<Show>();
    this.#waiting.delete(row);
    this.#waiting.set(row, wishes.add(show));
    this.#serve();
    return () => {
      wishes.delete(show);
      if (wishes.size === 0 && this.#waiting.get(row) === wishes) this.#waiting.delete(row);
    };
  }

  /** Closes every film. Films on their way are closed when they come. */
  clear(): void {
    this.#generation += 1;
    for (const film of this.#films.values()) film?.close();
    this.#films.clear();
    this.#waiting.clear();
    this.#loading.clear();
  }

  #serve(): void {
    const rows = [...this.#waiting.keys()].reverse();
    for (const row of rows) {
      if (this.#loading.size >= this.#concurrency) return;
      if (!this.#loading.has(row)) void this.#fetch(row);
    }
  }

  async #fetch(row: number): Promise<void> {
    const generation = this.#generation;
    this.#loading.add(row);
    // A film that cannot be read is no error here: its place on the wall says so, and preparing gives the reason.
    const film = await this.#load(row).catch(() => null);
    if (generation !== this.#generation) {
      film?.close();
      return;
    }
    this.#loading.delete(row);
    this.#keep(row, film);
    const wishes = this.#waiting.get(row);
    this.#waiting.delete(row);
    for (const show of wishes ?? []) show(film);
    this.#serve();
  }

  #keep(row: number, film: ImageBitmap | null): void {
    this.#films.set(row, film);
    for (const [oldest, oldFilm] of this.#films) {
      if (this.#films.size <= this.#limit) return;
      oldFilm?.close();
      this.#films.delete(oldest);
    }
  }
}
