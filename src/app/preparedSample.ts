// The films that a job on the GPU learns from: prepared, or the job is refused.
import type { PreparedSample } from "../protocol/dataset";
import { LabError } from "../protocol/labError";
import type { LabState } from "./state";

/** @throws LabError filmsNotPrepared */
export function demandPreparedSample({ preparation: { sample } }: LabState): PreparedSample {
  if (!sample) throw new LabError("filmsNotPrepared", "Prepare the films first: the net reads the prepared ones.");
  return sample;
}
