// What stands on top of every step while a trial is about to be run again: what it still needs, then what is another here than then.
import { Button } from "@mantine/core";
import { describeNeeds } from "../../app/againWords";
import type { LabState } from "../../app/state";
import { WEIGHTS_EXTENSIONS } from "../../protocol/weightsFileName";
import { useCommands, useLab } from "../labContext";
import { FilePicker } from "../parts/FilePicker";
import { Lines } from "../parts/Lines";
import { FailureNotice, Notice } from "../parts/Notice";
import { useLooksOn } from "../parts/useLooksOn";

const DIFFERS = "This differs from then, so that the bits may be others:";
const NO_DIFFERENCE = "Nothing differs: on this adapter the trial will be repeated to the bit.";

export function AgainNotice() {
  const { file, differences, failure } = useLab((lab) => lab.again);
  // One text, so that it is the same where nothing changed.
  const needs = useLab((lab) => describeNeeds(lab).join("\n"));
  const needsWeights = useLab(isWithoutWeights);
  const looksOn = useLooksOn();
  const { giveUpAgain, takeWeights } = useCommands();
  if (!file && !failure) return null;
  const giveUp = <Button onClick={giveUpAgain}>{file ? "Do not repeat it" : "Close"}</Button>;
  if (!file) return <FailureNotice failure={failure} title="The trial cannot be run again" actions={giveUp} />;
  return (
    <Notice
      tone={failure ? "error" : differences ? (differences.length > 0 ? "warning" : "good") : "note"}
      title={`${file.trial} is run again, from ${file.name}`}
      isStatus
      actions={
        <>
          {needsWeights && (
            <FilePicker
              label="Choose its weights"
              accept={WEIGHTS_EXTENSIONS.join(",")}
              disabled={looksOn}
              onPick={([weights]) => weights && void takeWeights(weights)}
            />
          )}
          {giveUp}
        </>
      }
    >
      {failure?.message}
      <Lines lines={needs ? needs.split("\n") : []} />
      {differences && (differences.length > 0 ? DIFFERS : NO_DIFFERENCE)}
      <Lines lines={differences ?? []} />
    </Notice>
  );
}

const isWithoutWeights = ({ again: { file }, weights }: LabState) => file?.beginning != null && weights.choice.kind === "fresh";
