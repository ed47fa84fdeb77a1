// Which weights come next: fresh ones, a file's or an earlier trial's.
import { Button } from "@mantine/core";
import { useCommands, useLab } from "../labContext";
import { FigureRows } from "./Figures";
import { FilePicker } from "./FilePicker";
import { formatArchitecture, formatCount } from "./format";
import { FailureNotice } from "./Notice";
import { Panel } from "./Panel";
import styles from "./parts.module.css";

interface WeightsPanelProps {
  title: string;
  /** What is used where nothing was chosen. */
  withoutFile: string;
  disabled: boolean;
}

export function WeightsPanel({ title, withoutFile, disabled }: WeightsPanelProps) {
  const { choice, label, summary, failure } = useLab((lab) => lab.weights);
  const { takeWeights, clearWeights } = useCommands();
  const isFresh = choice.kind === "fresh";
  return (
    <Panel title={title} aside={isFresh ? withoutFile : label}>
      <div className={styles.stack}>
        {summary && (
          <FigureRows
            rows={[
              { name: "Network", value: formatArchitecture(summary.arch) },
              { name: "Learnt", value: summary.classes.join(", ") },
              { name: "Parameters", value: formatCount(summary.parameters) },
              ...(summary.imageSize === null ? [] : [{ name: "Trained at", value: `${summary.imageSize} px` }]),
            ]}
          />
        )}
        <FailureNotice failure={failure} title="That file was not taken" />
        <div className={styles.actions}>
          <FilePicker
            label="Choose weights file"
            accept=".safetensors"
            disabled={disabled}
            onPick={([file]) => file && void takeWeights(file)}
          />
          {!isFresh && (
            <Button disabled={disabled} onClick={clearWeights}>
              Use fresh ones
            </Button>
          )}
        </div>
      </div>
    </Panel>
  );
}
