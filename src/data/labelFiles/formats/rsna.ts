// RSNA Pneumonia Detection Challenge (Shih et al. 2019): one row a box, so a film may have several. Also its file of three classes.
import { columnOf, type LabelColumn } from "../columns";
import { type LabelHead, readTable } from "../csvTable";
import { listTargets } from "../findings";
import { count } from "../wording";
import { hasColumns, holdsFilmNames, keepNamedRows, requireColumn } from "./cells";
import { chooseHead } from "./files";
import { type Format, makeFilmRows, type Recognition } from "./format";

const PATH = "patientId";
const TARGET = "Target";
const CLASS = "class";

function recognise(heads: LabelHead[]): Recognition | null {
  const boxes = chooseHead(heads.filter((head) => hasColumns(head, PATH, TARGET)));
  const classes = chooseHead(heads.filter((head) => head !== boxes && hasColumns(head, PATH, CLASS)));
  const main = boxes ?? classes;
  if (!main) return null;
  const label = boxes ? `“${TARGET}” is 1 for a box of pneumonia` : `“${CLASS}” is one of three`;
  const classReason = boxes && classes ? `; ${classes.path} adds “${CLASS}”` : "";
  return {
    reason: `${main.path} has the columns of RSNA's pneumonia challenge: “${PATH}” names the films, ${label}${classReason}. Rows of the same film are put together.`,
    files: classes && classes !== main ? [main, classes] : [main],
    read: async (onRows) => {
      const { table, leftOut, notes } = keepNamedRows(await readTable([main], [PATH], onRows), PATH);
      const rowPath = requireColumn(table, PATH);
      const path = columnOf(PATH, rowPath.values.slice(1));
      const columns: LabelColumn[] = [];
      const reports = [...table.reports];
      const join = (filmOfRow: LabelColumn, label: LabelColumn) => {
        const { column, differing } = joinRows(path, filmOfRow, label);
        columns.push(column);
        if (differing > 0)
          notes.push(
            `${count(differing, "film has", "films have")} rows that differ in “${label.name}”; the positive one counts, else the first.`,
          );
      };
      if (boxes) join(rowPath, requireColumn(table, TARGET));
      if (classes) {
        const classTable = classes === main ? table : await readTable([classes], [PATH]);
        if (classes !== main) reports.push(...classTable.reports);
        join(requireColumn(classTable, PATH), requireColumn(classTable, CLASS));
      }
      return makeFilmRows({
        path,
        pathIsId: !holdsFilmNames(path),
        labels: listTargets(columns, null),
        rowsRead: leftOut + table.rows,
        rowsMerged: table.rows - path.codes.length,
        rowsLeftOut: leftOut,
        files: reports,
        notes,
      });
    },
  };
}

/** One label a film of `path`: 1 where any of its rows says so, else the first that is not blank. */
function joinRows(path: LabelColumn, rowPath: LabelColumn, label: LabelColumn): { column: LabelColumn; differing: number } {
  const filmOfValue = new Map(path.values.map((value, code) => [value, code - 1]));
  const cells = Array<string>(path.codes.length).fill("");
  const differs = new Uint8Array(cells.length);
  for (let row = 0; row < rowPath.codes.length; row++) {
    const film = filmOfValue.get(rowPath.values[rowPath.codes[row] ?? 0] ?? "") ?? -1;
    const cell = label.values[label.codes[row] ?? 0] ?? "";
    if (film < 0 || cell === "") continue;
    if (cells[film] !== "" && cells[film] !== cell) differs[film] = 1;
    if (cells[film] === "" || cell === "1") cells[film] = cell;
  }
  return { column: columnOf(label.name, cells), differing: differs.reduce((sum, flag) => sum + flag, 0) };
}

export const rsna: Format = {
  id: "rsna",
  name: "RSNA pneumonia",
  needs: `a CSV with the columns “${PATH}” and “${TARGET}”`,
  recognise,
};
