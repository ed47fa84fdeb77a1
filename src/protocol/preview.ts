// Films as a network would see them in training, for a person to look at.
import type { PreparedSample } from "./dataset";
import type { TrialSettings } from "./settings";

export interface PreviewRequest {
  settings: TrialSettings;
  sample: PreparedSample;
  /** From 0: its first films are shown. */
  epoch: number;
}

export interface FilmPreview {
  /** Side of a film in pixels. */
  size: number;
  /** Grey bytes, [size, size] each. */
  films: Uint8Array[];
}
