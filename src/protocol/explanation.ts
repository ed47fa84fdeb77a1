// Where in a film a network sees a target, for a person to look at.
import { FILM_KEY_BYTES, type PreparedPart, type PreparedSample } from "./dataset";
import type { TrialSettings } from "./settings";
import type { WeightsChoice } from "./training";

export interface ExplainRequest {
  settings: TrialSettings;
  sample: Pick<PreparedSample, "store" | "targets" | "summary">;
  weights: WeightsChoice;
  /** A few, since the network sees them at once. */
  films: PreparedPart;
  /** Place of the target among the sample's. */
  target: number;
}

/** Of the films asked for, in their order. */
export interface Explanation {
  /** Cells a side: each is some 32 pixels wide. */
  side: number;
  /** [films, side, side]: Grad-CAM in logits a cell, 0 or above (nn/gradCam.ts, which also says what it does not show). Not scaled: films compare. */
  maps: Float32Array;
  /** [films, imageSize, imageSize]: grey bytes, as the network sees the films. */
  pixels: Uint8Array;
  /** That a checkpoint is damaged, and what of the trial was looked with in its place. */
  notices: string[];
}

/**
 * The question about a few of a sample's validation films. It takes none of the others along, of which there may be tens of thousands.
 * @param places among `sample.valid`
 */
export function askWhere(
  { settings, sample, weights }: { settings: TrialSettings; sample: PreparedSample; weights: WeightsChoice },
  places: readonly number[],
  target: number,
): ExplainRequest {
  const { store, targets, summary, valid } = sample;
  const films = {
    slots: Uint32Array.from(rowsAt(valid.slots, 1, places)),
    labels: Uint8Array.from(rowsAt(valid.labels, targets.length, places)),
    ...(valid.films && { films: Uint8Array.from(rowsAt(valid.films, FILM_KEY_BYTES, places)) }),
  };
  return { settings, sample: { store, targets, summary }, weights, films, target };
}

function rowsAt(values: Uint8Array | Uint32Array, width: number, places: readonly number[]): number[] {
  return places.flatMap((place) => [...values.subarray(place * width, (place + 1) * width)]);
}
