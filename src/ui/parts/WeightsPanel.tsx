// Which weights come next: fresh ones, a file's or an earlier trial's.
import { Button } from "@mantine/core";
import { formatNames } from "../../app/format";
import { describeHead, describeOtherScale, toldBy } from "../../app/toldWeights";
import { SCALE_WORDS } from "../../protocol/replacement";
import { WEIGHTS_EXTENSIONS } from "../../protocol/weightsFileName";
import { useCommands, useLab } from "../labContext";
import { FigureRows } from "./Figures";
import { FilePicker } from "./FilePicker";
import { formatArchitecture, formatCount } from "./format";
import { FailureNotice, Notice } from "./Notice";
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
  const head = useLab(describeHead);
  const otherScale = useLab(describeOtherScale);
  const wanted = useLab((lab) => toldBy(lab)?.normalisation);
  const { takeWeights, clearWeights, changeSettings } = useCommands();
  const isFresh = choice.kind === "fresh";
  const sentences = [...(summary?.notes ?? []), ...(begins && head ? [head] : [])];
  return (
    <Panel title={title} aside={isFresh ? withoutFile : label}>
      <div className={styles.stack}>
        {summary && (
          <FigureRows
            rows={[
              { name: "Network", value: formatArchitecture(summary.arch) },
              { name: "Learnt", value: formatNames(summary.classes) || "features, no classifier" },
              { name: "Films scaled", value: SCALE_WORDS[summary.normalisation] },
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
        {begins && otherScale && wanted && (
          <Notice
            tone="warning"
            isStatus
            actions={
              <Button disabled={disabled} onClick={() => changeSettings({ normalisation: wanted })}>
                Scale films as they want
              </Button>
            }
          >
            {otherScale}
          </Notice>
        )}
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
