// A trial for other programs: a menu of files to take away. What a person keeps for the lab itself stands beside it (TrialActions.tsx).
import { Menu } from "@mantine/core";
import { countPreparedBytes, whyFilmsMustCome } from "../../protocol/torchBundle";
import type { Trial } from "../../protocol/training";
import { useCommands } from "../labContext";
import { formatBytes } from "../parts/format";
import styles from "./trials.module.css";

export function TrialFiles({ trial }: { trial: Trial }) {
  const { downloadTorchBundle } = useCommands();
  const { id } = trial;
  const why = whyFilmsMustCome(trial);
  return (
    <Menu position="bottom-start" shadow="md">
      <Menu.Target>
        <button type="button" aria-label={`For other programs: trial ${id}`} title="Take it to other programs">
          For…
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item disabled={why !== null} onClick={() => void downloadTorchBundle(id, false)}>
          PyTorch
          <div className={styles.told}>
            {why === null
              ? "A script that repeats it, its rows and weights; films come from your folder"
              : `Only with its films: ${why}`}
          </div>
        </Menu.Item>
        <Menu.Item onClick={() => void downloadTorchBundle(id, true)}>
          PyTorch, with the prepared films
          <div className={styles.told}>{formatBytes(countPreparedBytes(trial))} more, and no folder is needed</div>
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
