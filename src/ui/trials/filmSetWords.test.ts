import { expect, it } from "vitest";
import { DEFAULT_SETTINGS, preparationOf } from "../../protocol/settings";
import type { FilmSet } from "../../protocol/storage";
import { describeRemoval, describeSet } from "./filmSetWords";

const set = (change: Partial<FilmSet>): FilmSet => ({
  store: "s",
  preparation: preparationOf(DEFAULT_SETTINGS),
  imageSize: 64,
  films: 9,
  bytes: 1,
  trials: [],
  ...change,
});

it("says how films were prepared", () => {
  expect(describeSet(set({}))).toBe("64 px, stretched");
  const preparation = { imageSize: 320, fit: "letterbox", cropBorders: true, equalise: true, grading: "percentiles" } as const;
  expect(describeSet(set({ preparation }))).toBe("320 px, letterbox, borders cropped, equalised, graded by percentiles");
  expect(describeSet(set({ preparation: null }))).toBe("64 px, by an earlier version");
});

it("says which trials lose their films, and what that means", () => {
  expect(describeRemoval(set({}))).toMatch(/^No trial was trained on these films\. They are prepared again/);
  expect(describeRemoval(set({ trials: [3] }))).toMatch(
    /^Trial 3 was trained .* Its curves and weights stay; .* prepare its films again\.$/,
  );
  expect(describeRemoval(set({ trials: [1, 3, 27] }))).toMatch(/^Trials 1, 3 and 27 were trained .* Their curves/);
  expect(describeRemoval(set({ trials: [1], preparation: null }))).toMatch(/no way back/);
});
