// Which names of files a review of these trials might show. What stands for them is mask.ts's.
import { isFailure, type ReviewedTrial } from "../../app/review";
import type { Trial } from "../../protocol/training";
import type { Names } from "./mask";

/** Films in the order in which they are shown. */
export function listNames(trials: readonly Trial[], read: ReadonlyMap<number, ReviewedTrial>): Names {
  const wrong = trials.flatMap(({ id }) => {
    const films = read.get(id)?.films;
    return films && !isFailure(films) ? films.wrong.map(({ path }) => path) : [];
  });
  return {
    films: wrong,
    labelFiles: trials.flatMap(({ dataset }) => [dataset.csvPath, ...(dataset.labelFiles ?? []).map(({ path }) => path)]),
    otherFiles: trials.flatMap(({ parent, beginning, origin }) => [
      // A trial is no file, and its number names nobody.
      ...[parent, beginning?.name].filter((name) => name != null && !/^trial-\d+$/.test(name)).map(String),
      ...(origin ? [origin.file] : []),
    ]),
  };
}
