// A plain table of figures in a box that scrolls and can be scrolled by key. It sorts nothing.
import type { ReactNode } from "react";
import styles from "./figures.module.css";
import { ScrollBox } from "./ScrollBox";

interface DataTableProps {
  caption: string;
  columns: string[];
  rows: { key: string | number; cells: ReactNode[]; current?: boolean }[];
}

export function DataTable({ caption, columns, rows }: DataTableProps) {
  return (
    <ScrollBox label={caption}>
      <table className={styles.table}>
        <caption className="hidden-visually">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, cells, current }) => (
            <tr key={key} data-current={current || undefined}>
              {cells.map((cell, index) => (
                <td key={columns[index]}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}
