// The settings that say what is learnt and from which films. How these are prepared is `FilmPreparation.tsx`.
import type { DatasetSummary } from "../../protocol/dataset";
import type { TrialSettings } from "../../protocol/settings";
import { useCommands, useLab } from "../labContext";
import { CheckField, NumberField, SelectField } from "../parts/fields";
import { formatPlural, formatShare } from "../parts/format";
import { Panel } from "../parts/Panel";
import partsStyles from "../parts/parts.module.css";
import styles from "./dataset.module.css";
import { MoreTargets } from "./MoreTargets";
import { TargetFields } from "./TargetFields";

const SHARES = [0.05, 0.1, 0.15, 0.2, 0.25, 0.3];

export function WhatToLearn({ dataset, disabled }: { dataset: DatasetSummary; disabled: boolean }) {
  const settings = useLab((lab) => lab.settings);
  const { changeSettings } = useCommands();
  const column = dataset.columns.find(({ name }) => name === settings.target);
  return (
    <Panel title="What to learn">
      <SelectField
        label="Target"
        value={settings.target}
        options={targetOptions(dataset)}
        disabled={disabled}
        onChange={(target) => {
          const chosen = dataset.columns.find(({ name }) => name === target);
          const moreTargets = settings.moreTargets.filter((one) => one.target !== target);
          if (chosen) changeSettings({ target, positive: chosen.defaultPositive, moreTargets });
        }}
      />
      <TargetFields
        target={settings}
        column={column}
        labels={{ uncertain: "Uncertain labels", blank: "Blank labels" }}
        disabled={disabled}
        onChange={changeSettings}
      />
      <MoreTargets dataset={dataset} disabled={disabled} />
      {dataset.hasViews && (
        <CheckField
          label="Frontal films only"
          checked={settings.frontalOnly}
          disabled={disabled}
          onChange={(frontalOnly) => changeSettings({ frontalOnly })}
        />
      )}
      {settings.doubtful.length > 0 && (
        <p className={styles.words}>
          {formatPlural(settings.doubtful.length, "film")} marked as doubtful {settings.doubtful.length === 1 ? "is" : "are"} left
          out.
          <button
            type="button"
            className={partsStyles.textButton}
            disabled={disabled}
            onClick={() => changeSettings({ doubtful: [] })}
          >
            Take them back
          </button>
        </p>
      )}
      <hr className={styles.divided} />
      <SelectField
        label="Validation share"
        value={String(settings.validation)}
        options={validationOptions(dataset, settings.validation)}
        disabled={disabled}
        onChange={(share) => changeSettings({ validation: share === "own" || share === "all" ? share : Number(share) })}
      />
      {settings.validation === "all" && (
        <p className={styles.words}>
          Nothing is trained on these films. Prepare them, then evaluate a trial or a weights file on them.
        </p>
      )}
      {typeof settings.validation === "number" && (
        <CheckField
          label="Hold out positives in proportion"
          checked={settings.stratify}
          disabled={disabled}
          onChange={(stratify) => changeSettings({ stratify })}
        />
      )}
      <NumberField
        label="Seed"
        value={settings.seed}
        min={0}
        max={2 ** 31 - 1}
        disabled={disabled}
        onChange={(seed) => changeSettings({ seed })}
      />
    </Panel>
  );
}

/** Findings apart from what else can be learnt, so that two hundred labels can be told from a view or a sex. */
function targetOptions({ columns }: DatasetSummary) {
  const group = (isFinding: boolean) => (isFinding ? "Findings" : "Other columns");
  return columns.map(({ name, isLabel }) => ({ value: name, label: name, group: group(isLabel) }));
}

function validationOptions(
  { ownValidation }: DatasetSummary,
  current: TrialSettings["validation"],
): { value: string; label: string }[] {
  const isFurther = typeof current === "number" && !SHARES.includes(current);
  const shares = isFurther ? [...SHARES, current].sort((a, b) => a - b) : SHARES;
  const options = shares.map((share) => ({ value: String(share), label: `${formatShare(share)} of patients` }));
  if (ownValidation)
    options.push({
      value: "own",
      label: `the dataset’s own ${ownValidation.part} part, ${formatPlural(ownValidation.rows, "row")}`,
    });
  options.push({ value: "all", label: "all films: a test set" });
  return options;
}
