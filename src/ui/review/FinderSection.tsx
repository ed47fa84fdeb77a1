// The LR finder's curve that a trial began with, and the rate that was taken off it.
import { RECOMMENDED } from "../../protocol/finder";
import type { Trial } from "../../protocol/training";
import { curveOf } from "../finder/curve";
import { FinderCurve, listLines } from "../finder/FinderCurve";
import { formatLr, SUGGESTION_NAMES } from "../parts/format";
import { StillFigure } from "./StillFigure";

export function FinderSection({ trial: { finder, settings } }: { trial: Trial }) {
  if (!finder || finder.lrs.length < 2) return <p>The learning rate was not looked for on these films.</p>;
  const { suggestions, runs } = finder;
  const suggested = suggestions[RECOMMENDED];
  return (
    <StillFigure
      label="LR finder curve"
      lines={listLines(runs.length)}
      caption={`Max LR ${formatLr(settings.maxLr)}${suggested === null ? "" : `; ${SUGGESTION_NAMES[RECOMMENDED]} suggests ${formatLr(suggested)}`}.`}
    >
      <FinderCurve points={curveOf(finder)} isComplete suggestions={suggestions} maxLr={settings.maxLr} />
    </StillFigure>
  );
}
