// How the network is computed and what it may take of the graphics card: quiet until it is wanted.
import { chooseBudget } from "../../protocol/budget";
import { type EngineName, PLAIN_MODEL } from "../../protocol/settings";
import { useCommands, useLab } from "../labContext";
import { FeatureFields } from "./FeatureFields";
import { NumberField, SelectField } from "./fields";
import fieldStyles from "./fields.module.css";
import { FLOAT_OPTIONS } from "./floatOptions";
import { describePasses } from "./forecastWords";
import { formatMemory, formatPass } from "./format";
import styles from "./parts.module.css";

const ENGINE_OPTIONS: { value: EngineName; label: string }[] = [
  { value: "fused", label: "fused" },
  { value: "stock", label: "stock (plain model)" },
];
const MOST_BUDGET_MIB = 2 ** 20;
const MIB = 2 ** 20;

export function EngineFields({ disabled }: { disabled: boolean }) {
  const settings = useLab((lab) => lab.settings);
  const adapter = useLab((lab) => lab.gpu.report);
  const { changeSettings } = useCommands();
  const { engine, activations, arithmetic, subgroups, filmsPerPass, gpuBudgetMiB } = settings;
  const isStock = engine === "stock";
  const budget = adapter ? chooseBudget(adapter, 0) : 0;
  const pass = formatPass(settings);
  return (
    <details className={fieldStyles.group}>
      <summary>
        Engine and memory
        <span>
          {isStock ? "plain model" : `${activations}, ${pass ? `passes of ${pass}` : "whole batch"}`}
          {arithmetic === "f16" && ", multiplies in halves"}
          {subgroups && ", subgroups"}
          {gpuBudgetMiB > 0 && `, ${formatMemory(gpuBudgetMiB * MIB)}`}
        </span>
      </summary>
      <NumberField
        label="GPU budget"
        value={gpuBudgetMiB}
        min={1}
        max={MOST_BUDGET_MIB}
        unit="MiB"
        whenEmpty={budget > 0 ? String(budget / MIB) : "default"}
        disabled={disabled || isStock}
        onChange={(mib) => changeSettings({ gpuBudgetMiB: mib })}
      />
      <p className={styles.hint}>
        Memory that a run should keep within. Empty, it is{" "}
        {budget > 0 ? `${formatMemory(budget)}, from this adapter's limits` : "chosen from the adapter's limits"}.
      </p>
      <NumberField
        label="Films per pass"
        value={filmsPerPass}
        min={1}
        max={1024}
        unit="films"
        whenEmpty="all"
        disabled={disabled || isStock}
        onChange={(films) => changeSettings({ filmsPerPass: films })}
      />
      <p className={styles.hint}>
        {describePasses(settings) ??
          "Empty, the network sees the whole batch at once. Fewer take less memory, and leave the optimiser's batch as it is."}
      </p>
      <SelectField
        label="Activations"
        value={activations}
        options={FLOAT_OPTIONS}
        disabled={disabled || isStock}
        onChange={(chosen) => changeSettings({ activations: chosen })}
      />
      <p className={styles.hint}>
        Halves take half the memory of features, at 11 bits of precision: gradients change a little, and a trial is not the same
        to the last digit.
      </p>
      <FeatureFields disabled={disabled || isStock} />
      <SelectField
        label="Engine"
        value={engine}
        options={ENGINE_OPTIONS}
        disabled={disabled}
        onChange={(chosen) => changeSettings(chosen === "stock" ? PLAIN_MODEL : { engine: chosen })}
      />
      <p className={styles.hint}>
        The plain model is the readable reference, in stock TF.js operations: the same numbers, several times slower and hungrier,
        and with no forecast of its memory.
      </p>
    </details>
  );
}
