// How a PyTorch file is refused: always in one sentence that names the file, what is wrong, and the way out.
import { LabError } from "../../protocol/labError";

/** Why a file is refused: `why` goes on "… cannot be read as a PyTorch file: "; `wayOut` replaces the usual advice. */
export type Refuse = (why: string, wayOut?: string) => LabError;

export const refusalOf =
  (source: string): Refuse =>
  (why, wayOut = "Choose another file, or download it again.") =>
    new LabError("weightsUnreadable", `${source} cannot be read as a PyTorch file: ${clip(why)}. ${wayOut}`);

/** What a file names may be of any length. */
const clip = (why: string) => (why.length > 500 ? `${why.slice(0, 500)}…` : why);
