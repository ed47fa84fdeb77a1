// What an evaluation found of one of its targets, of all films together and in groups.
import type { Evaluation } from "../../protocol/training";
import { useLab } from "../labContext";
import { FailureNotice } from "../parts/Notice";
import { Panel } from "../parts/Panel";
import { Curves } from "./Curves";
import { GroupTable } from "./GroupTable";
import { HowGood } from "./HowGood";
import { OperatingPanel } from "./OperatingPanel";
import { ProbabilityBars } from "./ProbabilityBars";
import { usePredictions } from "./usePredictions";

export function EvaluationResult({ evaluation }: { evaluation: Evaluation }) {
  const failure = useLab((lab) => lab.figures.failure);
  const predictions = usePredictions(evaluation);
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
    </>
  );
}
