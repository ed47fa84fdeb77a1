// Loss and learning rate over a trial's steps, and what validation said after each epoch.
import { isFailure, type ReviewedTrial } from "../../app/review";
import type { Trial } from "../../protocol/training";
import { formatCount, formatPlural } from "../parts/format";
import { EpochFigures } from "../train/EpochTable";
import { LossChart } from "../train/LossChart";
import { LOSS_LINES } from "../train/LossFigure";
import type { Mask } from "./mask";
import { StillFigure } from "./StillFigure";

interface CurvesSectionProps {
  trial: Trial;
  steps: ReviewedTrial["steps"];
  mask: Mask;
}

export function CurvesSection({ trial, steps, mask }: CurvesSectionProps) {
  const { stepsDone, stepsTotal, epochs } = trial;
  if (!steps) return <p>The curves are being read.</p>;
  if (isFailure(steps)) return <p>{mask.failure(steps)}</p>;
  const count = Math.min(stepsDone, steps.loss.length);
  if (count === 0) return <p>No step of it was kept.</p>;
  return (
    <>
      <StillFigure
        label="Loss and learning rate"
        lines={LOSS_LINES}
        caption={`${formatCount(count)} of ${formatPlural(stepsTotal, "step")}; the learning rate on the right axis.`}
      >
        <LossChart steps={steps} count={count} stepsTotal={stepsTotal} comingLr={[]} trial={trial} />
      </StillFigure>
      {epochs.length > 0 && <EpochFigures trial={trial} />}
    </>
  );
}
