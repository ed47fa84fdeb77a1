// Where in a film a network sees a target, for a person to look at.
import type { PreparedSample } from "./dataset";
import type { TrialSettings } from "./settings";
import type { WeightsChoice } from "./training";

export interface ExplainRequest {
  settings: TrialSettings;
  sample: PreparedSample;
  weights: WeightsChoice;
  /** Places in `sample.valid`: a few, since the network sees them at once. */
  films: number[];
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
}
