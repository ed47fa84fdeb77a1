// Of a run that repeats another trial: what was another when it began, and whether it went the same to the bit.
import { describeRepetition } from "../../protocol/again";
import type { Trial } from "../../protocol/training";
import { formatPlural } from "../parts/format";
import { Lines } from "../parts/Lines";
import { Notice } from "../parts/Notice";

export function AgainOutcome({ trial: { again } }: { trial: Trial }) {
  if (!again) return null;
  const { trial, file, differences, outcome } = again;
  const began =
    differences.length === 0
      ? "Nothing differed when it began."
      : `${formatPlural(differences.length, "difference")} when it began:`;
  return (
    <Notice
      tone={outcome ? (outcome.first || outcome.steps === 0 ? "warning" : "good") : "note"}
      title={`Repeats ${trial} of ${file}`}
    >
      {outcome && <p>{describeRepetition(again, outcome)}</p>}
      {began}
      <Lines lines={differences} />
    </Notice>
  );
}
