// Targets that are learnt beside the main one, each with its own policies: a list, and a way to add to it.
import { Button } from "@mantine/core";
import { useState } from "react";
import type { ColumnSummary, DatasetSummary } from "../../protocol/dataset";
import { type TargetSettings, targetsOf } from "../../protocol/settings";
import { useCommands, useLab } from "../labContext";
import { SelectField } from "../parts/fields";
import fieldStyles from "../parts/fields.module.css";
import styles from "./dataset.module.css";
import { TargetFields } from "./TargetFields";

export function MoreTargets({ dataset, disabled }: { dataset: DatasetSummary; disabled: boolean }) {
  const settings = useLab((lab) => lab.settings);
  const { changeSettings } = useCommands();
  const [chosen, setChosen] = useState("");
  const { moreTargets, uncertain, blank } = settings;
  const taken = new Set(targetsOf(settings).map(({ target }) => target));
  const free = dataset.columns.filter(({ name }) => !taken.has(name));
  const columnOf = ({ target }: TargetSettings) => dataset.columns.find(({ name }) => name === target);
  /** Its values are to be ticked: behind a closed heading nobody looks for them. */
  const hasValues = (target: TargetSettings) => columnOf(target)?.isLabel === false;
  const next = free.find(({ name }) => name === chosen) ?? free[0];
  return (
    <>
      {moreTargets.length > 0 && (
        <ul className={styles.moreTargets} aria-label="Further targets">
          {moreTargets.map((target) => (
            <li key={target.target}>
              <details className={fieldStyles.group} open={hasValues(target)}>
                <summary>
                  {target.target} <span>{describePolicies(target, columnOf(target))}</span>
                </summary>
                <TargetFields
                  target={target}
                  column={columnOf(target)}
                  labels={{ uncertain: "Uncertain", blank: "Blank" }}
                  disabled={disabled}
                  onChange={(change) =>
                    changeSettings({ moreTargets: moreTargets.map((one) => (one === target ? { ...one, ...change } : one)) })
                  }
                />
              </details>
              <Button
                size="compact-xs"
                variant="subtle"
                aria-label={`Remove ${target.target}`}
                disabled={disabled}
                onClick={() => changeSettings({ moreTargets: moreTargets.filter((one) => one !== target) })}
              >
                Remove
              </Button>
            </li>
          ))}
        </ul>
      )}
      {next && (
        <div className={styles.addTarget}>
          <SelectField
            label="Further target"
            value={next.name}
            options={free.map(({ name }) => ({ value: name, label: name }))}
            disabled={disabled}
            onChange={setChosen}
          />
          <Button
            size="compact-sm"
            variant="default"
            disabled={disabled}
            onClick={() => {
              const target = { target: next.name, positive: next.defaultPositive, uncertain, blank };
              changeSettings({ moreTargets: [...moreTargets, target] });
            }}
          >
            Add target
          </Button>
        </div>
      )}
    </>
  );
}

const UNCERTAIN_WORDS = { ignore: "U-Ignore", zero: "U-Zeros", one: "U-Ones" };
const BLANK_WORDS = { negative: "blanks negative", ignore: "blanks ignored" };

function describePolicies({ positive, uncertain, blank }: TargetSettings, column: ColumnSummary | undefined): string {
  if (column && !column.isLabel) return positive.join(", ");
  return column && !column.hasBlanks ? UNCERTAIN_WORDS[uncertain] : `${UNCERTAIN_WORDS[uncertain]}, ${BLANK_WORDS[blank]}`;
}
