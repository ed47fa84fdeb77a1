// The sampling recipe: saved, taken over, and whether it gives the films that it gave. It samples nothing.
import { Button } from "@mantine/core";
import type { RecipeOutcome } from "../../app/state";
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
      <div className={styles.outcome}>
        <RecipeNotices />
      </div>
    </Panel>
  );
}

const TONES = { same: "good", others: "warning", refused: "error" } as const satisfies Record<RecipeOutcome["outcome"], string>;

/** That a recipe waits for its dataset, or what came of the last one; nothing once a setting was changed by hand. */
export function RecipeNotices() {
  const recipe = useLab((lab) => lab.sample.recipe);
  const waiting = useLab((lab) => lab.dataset.waitingRecipe);
  return (
    <>
      {waiting && (
        <Notice tone="note" isStatus>
          {waiting}
        </Notice>
      )}
      {recipe && (
        <Notice tone={TONES[recipe.outcome]} title={recipe.name} isStatus>
          {recipe.message}
        </Notice>
      )}
    </>
  );
}
