// What is to be known of a trial before it is taken to PyTorch. It writes nothing (training/torch does).
import type { FilmSet } from "./storage";
import type { Trial } from "./training";

type Prepared = Pick<Trial, "settings" | "dataset" | "sample">;

/** Of the prepared films that its epochs and its validation use. */
export const countPreparedBytes = ({ settings, sample }: Prepared): number => sample.filmsToPrepare * settings.imageSize ** 2;

/** Why Pillow cannot prepare the trial's films as the lab did, so that they must come along; null where it can. */
export function whyFilmsMustCome({ settings, dataset }: Prepared): string | null {
  if (settings.cropBorders) return "their borders were cut off";
  if (settings.equalise) return "their contrast was equalised";
  const isWide = Object.keys(dataset.contents?.gradings ?? {}).some((grading) => grading !== "bytes");
  return isWide ? "some of them have more than 8 bits" : null;
}

/** Why the prepared films cannot come along; null where they can, and where it was not looked yet which there are. */
export function whyFilmsCannotCome({ id }: Pick<Trial, "id">, sets: readonly FilmSet[] | null): string | null {
  if (sets === null || sets.some(({ trials }) => trials.includes(id))) return null;
  return "they were removed: prepare them again first";
}
