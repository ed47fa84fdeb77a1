// Which weights come next: fresh ones, a file's or an earlier trial's.
import { Button } from "@mantine/core";
import { formatNames } from "../../app/format";
import { describeReplaced } from "../../app/toldWeights";
import { WEIGHTS_EXTENSIONS } from "../../protocol/weightsFileName";
import { useCommands, useLab } from "../labContext";
import { FigureRows } from "./Figures";
import { FilePicker } from "./FilePicker";
import { formatArchitecture, formatCount } from "./format";
import { FailureNotice } from "./Notice";
import { Panel } from "./Panel";
import styles from "./parts.module.css";
import { WeightsFromUrl } from "./WeightsFromUrl";

interface WeightsPanelProps {
  title: string;
  /** What is used where nothing was chosen. */
  withoutFile: string;
  /** Whether a network is to be trained from them, which may learn something else than they did. */
  begins?: boolean;
  disabled: boolean;
}

export function WeightsPanel({ title, withoutFile, begins = false, disabled }: WeightsPanelProps) {
  const { choice, label, summary, failure, fetched } = useLab((lab) => lab.weights);
  const replaced = useLab(describeReplaced);
  const { takeWeights, clearWeights } = useCommands();
  const isFresh = choice.kind === "fresh";
  const sentences = [...(begins && replaced ? [replaced] : []), ...(summary?.notes ?? [])];
  return (
    <Panel title={title} aside={isFresh ? withoutFile : label}>
      <div className={styles.stack}>
        {summary && (
          <FigureRows
            rows={[
              { name: "Network", value: formatArchitecture(summary.arch) },
              { name: "Learnt", value: formatNames(summary.classes) },
              { name: "Parameters", value: formatCount(summary.parameters) },
              ...(summary.imageSize === null ? [] : [{ name: "Trained at", value: `${summary.imageSize} px` }]),
            ]}
          />
        )}
        {sentences.map((sentence) => (
          <p key={sentence} className={styles.hint}>
            {sentence}
          </p>
        ))}
        <FailureNotice failure={failure} title="That file was not taken" />
        <div className={styles.actions}>
          <FilePicker
            label="Choose weights file"
            accept={WEIGHTS_EXTENSIONS.join(",")}
            disabled={disabled || fetched !== null}
            onPick={([file]) => file && void takeWeights(file)}
          />
          {!isFresh && (
            <Button disabled={disabled} onClick={clearWeights}>
              Use fresh ones
            </Button>
          )}
        </div>
        <WeightsFromUrl disabled={disabled} />
      </div>
    </Panel>
  );
}
