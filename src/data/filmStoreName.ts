// What a store of prepared films is called: by how they were prepared, so that films prepared otherwise are in another. Opens none.
import { FITS, type PreparationSettings } from "../protocol/settings";

/** Raised whenever a film's bytes would come out different: films prepared before are then not used again. */
const PREPARATION_VERSION = 2;

export function nameStore({ imageSize, fit, cropBorders, equalise, grading }: PreparationSettings): string {
  const choices = [imageSize, fit, cropBorders && "cropped", equalise && "equalised", grading, `v${PREPARATION_VERSION}`];
  return choices.filter(Boolean).join("-");
}

/** How the films of a store were prepared; null where that was in another version of the lab, whose films are not used again. */
export function readStoreName(store: string): PreparationSettings | null {
  const words = store.split("-");
  const settings: PreparationSettings = {
    imageSize: Number(words[0]),
    fit: FITS.find((fit) => words.includes(fit)) ?? "stretch",
    cropBorders: words.includes("cropped"),
    equalise: words.includes("equalised"),
    grading: words.includes("percentiles") ? "percentiles" : "window",
  };
  return nameStore(settings) === store ? settings : null;
}
