import { expect, it } from "vitest";
import { DEFAULT_SETTINGS } from "./settings";
import type { FilmSet } from "./storage";
import { countPreparedBytes, whyFilmsCannotCome, whyFilmsMustCome } from "./torchBundle";
import type { Trial } from "./training";

const TRIAL = {
  id: 7,
  settings: { ...DEFAULT_SETTINGS, imageSize: 10 },
  sample: { filmsToPrepare: 3 },
  dataset: { contents: { gradings: { bytes: 3 } } },
} as unknown as Trial;
const setOf = (...trials: number[]) => ({ trials }) as FilmSet;

it("says how large the films are", () => {
  expect(countPreparedBytes(TRIAL)).toBe(300);
});

it("lets films stay where Pillow makes the same bytes of them, and no others", () => {
  const withSettings = (change: Partial<Trial["settings"]>) => ({ ...TRIAL, settings: { ...TRIAL.settings, ...change } });
  expect(whyFilmsMustCome(TRIAL)).toBeNull();
  expect(whyFilmsMustCome(withSettings({ cropBorders: true }))).toMatch(/borders/);
  expect(whyFilmsMustCome(withSettings({ equalise: true }))).toMatch(/equalised/);
  const dataset = { contents: { gradings: { bytes: 2, window: 1 } } } as unknown as Trial["dataset"];
  expect(whyFilmsMustCome({ ...TRIAL, dataset })).toMatch(/more than 8 bits/);
});

it("offers the films while a set holds them, or it was not looked yet", () => {
  expect(whyFilmsCannotCome(TRIAL, null)).toBeNull();
  expect(whyFilmsCannotCome(TRIAL, [setOf(), setOf(1, 7)])).toBeNull();
  expect(whyFilmsCannotCome(TRIAL, [setOf(1)])).toMatch(/prepare them again/);
});
