// A trial's row: a box to tick it, and its cells. What a click or a key does is the table's to say.
import { memo, type Ref } from "react";
import type { Column, TrialTableRow } from "./table";
import styles from "./trialTable.module.css";

interface TrialRowProps {
  ref: Ref<HTMLTableRowElement>;
  row: TrialTableRow;
  index: number;
  columns: Column[];
  isOpened: boolean;
  isTicked: boolean;
  /** Of all rows the one that Tab comes to. */
  isTabStop: boolean;
}

export const TrialRow = memo(function TrialRow(props: TrialRowProps) {
  const { ref, row, index, columns, isOpened, isTicked, isTabStop } = props;
  const { id } = row.trial;
  return (
    <tr
      ref={ref}
      data-index={index}
      // The head is the first.
      aria-rowindex={index + 2}
      aria-selected={isTicked}
      aria-current={isOpened || undefined}
      tabIndex={isTabStop ? 0 : -1}
    >
      <td className={styles.tick}>
        <input
          type="checkbox"
          // By keyboard it is the row that is ticked.
          tabIndex={-1}
          aria-label={`Tick trial ${id}`}
          checked={isTicked}
          readOnly
        />
      </td>
      {columns.map(({ name, isNumeric, text, draw }) => (
        <td key={name} data-numeric={isNumeric || undefined}>
          {draw ? draw(row) : text(row)}
        </td>
      ))}
    </tr>
  );
});
