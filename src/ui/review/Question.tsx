// What a trial asks of a film, and what its labels are taken to mean.
import { type TargetSettings, type TrialSettings, targetsOf } from "../../protocol/settings";
import { BLANK_NAMES, UNCERTAIN_NAMES } from "../dataset/policyNames";
import styles from "./review.module.css";

export function Question({ settings }: { settings: TrialSettings }) {
  return (
    <ul className={styles.list}>
      {targetsOf(settings).map((target) => (
        <li key={target.target}>{askOf(target)}</li>
      ))}
      {settings.frontalOnly && <li>Of frontal films only.</li>}
    </ul>
  );
}

/** Policies are for findings, whose cells are 1, 0, -1 or blank; other columns are asked by their values. */
function askOf({ target, positive, uncertain, blank }: TargetSettings): string {
  if (positive.join() !== "1") return `Is a film’s “${target}” ${positive.map((value) => `“${value}”`).join(" or ")}?`;
  return `Does a film show ${target}? Uncertain labels: ${UNCERTAIN_NAMES[uncertain]}; blank cells: ${BLANK_NAMES[blank]}.`;
}
