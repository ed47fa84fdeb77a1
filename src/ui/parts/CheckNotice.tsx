// Where a graphics card is about to be used that failed its check: a warning with the way out. It forbids nothing: who tries another driver
// or looks for the fault needs the card as it is, and each trial keeps that its card had failed.
import { Button } from "@mantine/core";
import { chooseEvaluated } from "../../app/evaluated";
import { findsPlainModelRight } from "../../protocol/gpuCheck";
import { PLAIN_MODEL } from "../../protocol/settings";
import { useCommands, useLab } from "../labContext";
import { Notice } from "./Notice";

/** @param evaluates of an evaluation, which goes by its trial's engine, and not of the next run */
export function CheckNotice({ evaluates = false }: { evaluates?: boolean }) {
  const report = useLab((lab) => lab.gpuCheck.report);
  const engine = useLab((lab) => (evaluates ? chooseEvaluated(lab).settings : lab.settings).engine);
  const { changeSettings } = useCommands();
  if (!report || report.passed) return null;
  const isPlainRight = findsPlainModelRight(report.parts);
  if (isPlainRight && engine === "stock") return null;
  const canChange = isPlainRight && !evaluates;
  return (
    <Notice
      tone="warning"
      isStatus
      title="This graphics card failed its check"
      actions={canChange && <Button onClick={() => changeSettings(PLAIN_MODEL)}>Use the plain model</Button>}
    >
      Losses and probabilities that it computes may be wrong. Update its driver, or use another browser or graphics card, and
      check again.{canChange && " The plain model computes rightly on it, far more slowly."}
    </Notice>
  );
}
