// How fast a run goes and how long it will take, from how long its steps took. Reads no clock.

const WINDOW = 30;

export class Rate {
  readonly #batchSize: number;
  readonly #validFilms: number;
  #recentMs: number[] = [];
  #validMs: number | null = null;
  #first = true;

  constructor(batchSize: number, validFilms: number) {
    this.#batchSize = batchSize;
    this.#validFilms = validFilms;
  }

  /** The first step compiles and is left out. */
  addStep(ms: number): void {
    if (this.#first) this.#first = false;
    else this.#recentMs = [...this.#recentMs, ms].slice(-WINDOW);
  }

  addValidation(ms: number): void {
    this.#validMs = ms;
  }

  get #stepMs(): number {
    const sum = this.#recentMs.reduce((total, ms) => total + ms, 0);
    return this.#recentMs.length === 0 ? 0 : sum / this.#recentMs.length;
  }

  /** Over the last 30 steps; 0 until two steps are done. */
  get filmsPerSecond(): number {
    const stepMs = this.#stepMs;
    return stepMs > 0 ? (this.#batchSize * 1000) / stepMs : 0;
  }

  /** A validation not yet measured is taken to cost a third of training on as many films: a forward pass of three. */
  secondsLeft(steps: number, validations: number): number {
    const stepMs = this.#stepMs;
    const validMs = this.#validMs ?? ((this.#validFilms / this.#batchSize) * stepMs) / 3;
    return (steps * stepMs + validations * validMs) / 1000;
  }
}
