// Which columns the table of trials shows. What is never chosen is shown as there is room for it.
import { useCommands, useLab } from "../labContext";
import partsStyles from "../parts/parts.module.css";
import { COLUMNS } from "./columns";
import { COLUMN_GROUPS, type Column } from "./table";
import styles from "./trialTable.module.css";

const GROUP_TITLES: Record<Column["group"], string> = { trial: "Trial", result: "Result", settings: "Settings" };

interface ColumnChooserProps {
  shown: readonly Column[];
  onClose: () => void;
}

export function ColumnChooser({ shown, onClose }: ColumnChooserProps) {
  const chosen = useLab((lab) => lab.trialsView.columns);
  const { changeTrialsView } = useCommands();
  return (
    <section className={styles.chooser} aria-label="Columns" onKeyDown={({ key }) => key === "Escape" && onClose()}>
      {COLUMN_GROUPS.map((group) => (
        <fieldset key={group}>
          <legend>{GROUP_TITLES[group]}</legend>
          {COLUMNS.filter((column) => column.group === group).map((column) => (
            <label key={column.name}>
              <input
                type="checkbox"
                checked={shown.includes(column)}
                onChange={({ currentTarget: { checked } }) =>
                  changeTrialsView({ columns: { ...chosen, [column.name]: checked } })
                }
              />
              {column.title}
            </label>
          ))}
        </fieldset>
      ))}
      <p className={partsStyles.hint}>
        Columns you tick are always shown, the others as there is room.{" "}
        <button type="button" className={partsStyles.textButton} onClick={() => changeTrialsView({ columns: {} })}>
          Leave it to the room
        </button>
      </p>
    </section>
  );
}
