// What an evaluation found: its figures, of several targets each one's, and the films of the target that is looked at.
import { useMemo, useState } from "react";
import { listPredictions } from "../../app/predictions";
import type { Evaluation } from "../../protocol/training";
import { DataTable } from "../parts/DataTable";
import { Readings } from "../parts/Figures";
import { SelectField } from "../parts/fields";
import { formatCount, formatMetric, nameAuroc } from "../parts/format";
import { Panel } from "../parts/Panel";
import styles from "./evaluation.module.css";
import { PredictionTable } from "./PredictionTable";
import { ProbabilityBars } from "./ProbabilityBars";

export function EvaluationResult({ evaluation }: { evaluation: Evaluation }) {
  const { targets } = evaluation;
  const [chosen, setChosen] = useState("");
  const names = targets.map(({ target }) => target);
  const shown = names.includes(chosen) ? chosen : names[0];
  const several = names.length > 1;
  const ofShown = useMemo(() => listPredictions(evaluation).filter(({ finding }) => finding === shown), [evaluation, shown]);
  return (
    <>
      <Panel title="How good it is" aside={several ? `${names.length} targets` : shown}>
        <Readings
          readings={[
            { name: nameAuroc(names.length), value: formatMetric(evaluation.auroc) },
            { name: "accuracy at 0.5", value: formatMetric(evaluation.accuracy) },
            { name: "loss", value: formatMetric(evaluation.loss) },
            { name: "films", value: formatCount(evaluation.films) },
          ]}
        />
        {several && (
          <>
            <DataTable
              caption="Each target on the films whose label is known"
              columns={["target", "AUROC", "accuracy", "positive", "known"]}
              rows={targets.map(({ target, auroc, accuracy, positives, films }) => ({
                key: target,
                cells: [target, formatMetric(auroc), formatMetric(accuracy), formatCount(positives), formatCount(films)],
              }))}
            />
            <div className={styles.shownTarget}>
              <SelectField
                label="Shown target"
                value={shown ?? ""}
                options={names.map((name) => ({ value: name, label: name }))}
                onChange={setChosen}
              />
            </div>
          </>
        )}
        <ProbabilityBars predictions={ofShown} />
      </Panel>
      <PredictionTable predictions={ofShown} />
    </>
  );
}
