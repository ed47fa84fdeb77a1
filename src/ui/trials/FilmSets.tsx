// The sets of prepared films: how each was prepared, what it takes, which trials were trained on it; and Remove.
import { Fragment, useState } from "react";
import type { FilmSet } from "../../protocol/storage";
import { useCommands } from "../labContext";
import figureStyles from "../parts/figures.module.css";
import { formatBytes, formatCount } from "../parts/format";
import { ScrollBox } from "../parts/ScrollBox";
import { useLooksOn } from "../parts/useLooksOn";
import { Confirm } from "./Confirm";
import { describeRemoval, describeSet } from "./filmSetWords";
import styles from "./trials.module.css";

export function FilmSets({ sets }: { sets: FilmSet[] }) {
  const [toRemove, setToRemove] = useState<string | null>(null);
  const looksOn = useLooksOn();
  const { removeFilms } = useCommands();
  return (
    <ScrollBox label="Prepared films" className={styles.box}>
      <table className={`${figureStyles.table} ${styles.sets}`}>
        <thead>
          <tr>
            <th scope="col">prepared films</th>
            <th scope="col">films</th>
            <th scope="col">disk</th>
            <th scope="col">trials on them</th>
            <th scope="col">
              <span className="hidden-visually">actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {sets.map((set) => (
            <Fragment key={set.store}>
              <tr>
                <td>{describeSet(set)}</td>
                <td>{formatCount(set.films)}</td>
                <td>{formatBytes(set.bytes)}</td>
                <td>{set.trials.length === 0 ? "none" : set.trials.join(", ")}</td>
                <td className={styles.actions}>
                  <button
                    type="button"
                    disabled={looksOn}
                    aria-label={`Remove films of ${describeSet(set)}`}
                    onClick={() => setToRemove(set.store)}
                  >
                    Remove
                  </button>
                </td>
              </tr>
              {toRemove === set.store && (
                <Confirm
                  columns={5}
                  keep="Keep them"
                  remove="Remove for good"
                  onKeep={() => setToRemove(null)}
                  onRemove={() => {
                    setToRemove(null);
                    void removeFilms(set);
                  }}
                >
                  {describeRemoval(set)}
                </Confirm>
              )}
            </Fragment>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}
