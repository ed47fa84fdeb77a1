// How a batch is cut into passes of the network: the engine runs it so, the forecast counts it so, the page says it so. Runs nothing.
import type { TrialSettings } from "./settings";

/** Films a pass, as even as they can be: no pass is left with one odd film that BatchNorm could not use. */
export function cutPasses(count: number, filmsPerPass: number | undefined): number[] {
  const passes = Math.ceil(count / (filmsPerPass || count));
  return Array.from(
    { length: passes },
    (_, pass) => Math.floor(((pass + 1) * count) / passes) - Math.floor((pass * count) / passes),
  );
}

/** Side of a film in pixels whose last features are more than one pixel. */
const LEAST_SIZE_ALONE = 64;

/**
 * The fewest films that a pass can be: one small film would leave BatchNorm a single value, and fastai's head, which normalises pooled
 * features, has one value a film.
 */
export const leastPass = ({ imageSize, head }: Pick<TrialSettings, "imageSize" | "head">) =>
  head === "fastai" || imageSize < LEAST_SIZE_ALONE ? 2 : 1;
