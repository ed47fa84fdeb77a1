// How films were fitted into the square, in a word or two.
import type { PreparationSettings } from "../../protocol/settings";

export const FIT_WORDS: Record<PreparationSettings["fit"], string> = {
  stretch: "stretched",
  letterbox: "letterbox",
  crop: "middle square",
};
