// Targets that are learnt beside the main one, each with its own policies: a list, and a way to add to it.
import { Button } from "@mantine/core";
import { useState } from "react";
import { defaultPositive } from "../../app/target";
import type { DatasetSummary } from "../../protocol/dataset";
import { targetsOf } from "../../protocol/settings";
import { useCommands, useLab } from "../labContext";
import { SelectField } from "../parts/fields";
import styles from "./dataset.module.css";
import { TargetFields } from "./TargetFields";

export function MoreTargets({ dataset, disabled }: { dataset: DatasetSummary; disabled: boolean }) {
  const settings = useLab((lab) => lab.settings);
  const { changeSettings } = useCommands();
  const [chosen, setChosen] = useState("");
  const { moreTargets, uncertain, blank } = settings;
  const taken = new Set(targetsOf(settings).map(({ target }) => target));
  const free = dataset.columns.filter(({ name }) => !taken.has(name));
  const next = free.find(({ name }) => name === chosen) ?? free[0];
  return (
    <>
      {moreTargets.length > 0 && (
        <ul className={styles.moreTargets} aria-label="Further targets">
          {moreTargets.map((target) => (
            <li key={target.target}>
              <fieldset>
                <legend>{target.target}</legend>
                <TargetFields
                  target={target}
                  column={dataset.columns.find(({ name }) => name === target.target)}
                  labels={{ uncertain: "Uncertain", blank: "Blank" }}
                  disabled={disabled}
                  onChange={(change) =>
                    changeSettings({ moreTargets: moreTargets.map((one) => (one === target ? { ...one, ...change } : one)) })
                  }
                />
              </fieldset>
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
              const target = { target: next.name, positive: defaultPositive(next), uncertain, blank };
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
