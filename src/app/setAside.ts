// What of a dataset a trial neither learnt from nor was validated with, by its reason. Pure.
import type { Trial } from "../protocol/training";

export interface SetAside {
  films: number;
  why: string;
}

/** Only the reasons that held for a film. Trials of earlier versions do not know all of them. */
export function listSetAside({ sample, dataset }: Pick<Trial, "sample" | "dataset">): SetAside[] {
  const { contents, failed = [] } = dataset;
  const repeated = contents?.setsAsideRepeated ? contents.repeatedAcross : 0;
  const reasons: [films: number | undefined, why: string][] = [
    [sample.uncertainIgnored, "with an uncertain label, which the policy ignores"],
    [sample.blankIgnored, "with a blank label, which the policy ignores"],
    [sample.lateralLeftOut, "that are not frontal"],
    [sample.doubtfulLeftOut, "whose label a person found doubtful"],
    [sample.heldOut, "that the dataset holds out itself"],
    [sample.sharedLeftOut, "whose patient, or the film itself, is in the dataset’s own validation or test"],
    [sample.setAside, "that the balance does not draw"],
    [repeated, "for training that hold the same image as a validation film"],
    // Those are listed with the ones that could not be read.
    [failed.length - repeated, "that could not be read"],
  ];
  return reasons.flatMap(([films, why]) => (films ? [{ films, why }] : []));
}
