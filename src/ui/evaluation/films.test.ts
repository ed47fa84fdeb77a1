import { describe, expect, it } from "vitest";
import { filterFilms, type ListedFilm, orderFilms } from "./films";

function film(path: string, target: 0 | 1 | null, logit: number, doubtful = false): ListedFilm {
  return { path, target, logit, probability: 1 / (1 + Math.exp(-logit)), finding: "Edema", place: 0, doubtful };
}

const FILMS = [
  film("miss", 1, -3),
  film("right", 0, -2),
  film("alarm", 0, 4, true),
  film("near", 1, 0.2),
  film("unknown", null, 1),
];
const paths = (films: ListedFilm[]) => films.map(({ path }) => path);

describe("orderFilms", () => {
  it("puts the most wrong first, whichever way it is wrong", () => {
    expect(paths(orderFilms(FILMS, "mostWrong", 0))).toEqual(["alarm", "miss", "near", "right", "unknown"]);
  });

  it("puts the farthest from the operating point first, or the nearest", () => {
    expect(paths(orderFilms(FILMS, "mostCertain", 0))).toEqual(["alarm", "miss", "right", "unknown", "near"]);
    expect(paths(orderFilms(FILMS, "leastCertain", -2))[0]).toBe("right");
  });

  it("leaves what it was given as it was", () => {
    orderFilms(FILMS, "mostWrong", 0);
    expect(FILMS[0]?.path).toBe("miss");
  });
});

it("shows mistakes at the operating point, a class, or the doubtful", () => {
  expect(paths(filterFilms(FILMS, "falsePositive", 0))).toEqual(["alarm"]);
  expect(paths(filterFilms(FILMS, "falsePositive", 4))).toEqual(["alarm"]);
  expect(paths(filterFilms(FILMS, "falsePositive", 4.1))).toEqual([]);
  expect(paths(filterFilms(FILMS, "falseNegative", 0.5))).toEqual(["miss", "near"]);
  expect(paths(filterFilms(FILMS, "negative", 0))).toEqual(["right", "alarm"]);
  expect(paths(filterFilms(FILMS, "doubtful", 0))).toEqual(["alarm"]);
  expect(filterFilms(FILMS, "all", 0)).toHaveLength(5);
});
