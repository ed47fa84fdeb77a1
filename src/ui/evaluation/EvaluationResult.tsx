// What an evaluation found of one of its targets, from the whole to the single film.
import { useMemo } from "react";
import { predictionsUnder } from "../../app/predictions";
import type { Evaluation } from "../../protocol/training";
import { useLab } from "../labContext";
import { FailureNotice } from "../parts/Notice";
import { Panel } from "../parts/Panel";
import { Curves } from "./Curves";
import { FilmBrowser } from "./FilmBrowser";
import { GroupTable } from "./GroupTable";
import { HowGood } from "./HowGood";
import { OperatingPanel } from "./OperatingPanel";
import { ProbabilityBars } from "./ProbabilityBars";

export function EvaluationResult({ evaluation }: { evaluation: Evaluation }) {
  const at = useLab((lab) => lab.figures.at);
  const failure = useLab((lab) => lab.figures.failure);
  const predictions = useMemo(() => predictionsUnder(evaluation, at), [evaluation, at]);
  return (
    <>
      <HowGood evaluation={evaluation} />
      <FailureNotice failure={failure} title="The figures could not be counted" />
      <Curves />
      <OperatingPanel evaluation={evaluation} />
      <GroupTable />
      <Panel title="Films by probability" aside="as trained">
        <ProbabilityBars predictions={predictions} />
      </Panel>
      <FilmBrowser evaluation={evaluation} predictions={predictions} />
    </>
  );
}
