// The sampling recipe: saved, taken over, and whether it gives the films that it gave. It samples nothing.
import { Button } from "@mantine/core";
import { useCommands, useLab } from "../labContext";
import { FilePicker } from "../parts/FilePicker";
import { Notice } from "../parts/Notice";
import { Panel } from "../parts/Panel";
import partsStyles from "../parts/parts.module.css";
import styles from "./dataset.module.css";

export function RecipePanel({ disabled }: { disabled: boolean }) {
  const possible = useLab(({ sample }) => sample.state === "ready");
  const { saveRecipe, saveSampledRows, takeRecipe } = useCommands();
  return (
    <Panel title="Sampling recipe">
      <p className={partsStyles.hint}>
        Labels, policies, split, balance and seed in one file: with the same data it gives the same films in the same order.
      </p>
      <div className={styles.panelActions}>
        <Button size="xs" disabled={!possible} onClick={() => void saveRecipe()}>
          Save recipe
        </Button>
        <Button size="xs" disabled={!possible} onClick={() => void saveSampledRows()}>
          Save sampled rows
        </Button>
        <FilePicker
          label="Choose recipe"
          small
          accept=".json,application/json"
          disabled={disabled}
          onPick={([file]) => file && void takeRecipe(file)}
        />
      </div>
      <Outcome />
    </Panel>
  );
}

/** What came of the recipe that was taken over; nothing once a setting was changed by hand. */
function Outcome() {
  const recipe = useLab((lab) => lab.sample.recipe);
  if (!recipe) return null;
  return (
    <div className={styles.outcome}>
      <Notice tone={recipe.isSame ? "good" : "warning"} title={recipe.name} isStatus>
        {recipe.message}
      </Notice>
    </div>
  );
}
