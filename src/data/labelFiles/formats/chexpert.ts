// CheXpert (Irvin et al. 2019): one row a film, a column a finding, patient and study in the path. Also copies with other headers and prefixes.
import { findColumn } from "../columns";
import { type LabelHead, readTable } from "../csvTable";
import { listTargets } from "../findings";
import {
  countChexpertFindings,
  findPath,
  hasColumns,
  isChexpertFinding,
  keepNamedRows,
  readAge,
  readPatient,
  requireColumn,
} from "./cells";
import { chooseHead, partOf, withOwnParts } from "./files";
import { type Format, makeFilmRows, type Recognition } from "./format";

const VIEW = "Frontal/Lateral";

function isChexpert(head: LabelHead): boolean {
  const findings = countChexpertFindings(head.columns);
  return findPath(head.columns) !== null && (findings >= 3 || (findings > 0 && hasColumns(head, VIEW)));
}

/** `train.csv` before other names; the validation and test files only where there is no other. */
function preferTraining(name: string): number {
  return /^train\.csv/.test(name) ? 3 : /train/.test(name) ? 2 : /valid|val|test/.test(name) ? 0 : 1;
}

function recognise(heads: LabelHead[]): Recognition | null {
  const main = chooseHead(heads.filter(isChexpert), preferTraining);
  const pathName = main && findPath(main.columns)?.name;
  if (!main || !pathName) return null;
  const files = withOwnParts(main, heads, pathName, isChexpertFinding);
  const views = [VIEW, "AP/PA"].filter((name) => hasColumns(main, name)).map((name) => `“${name}”`);
  const viewReason = views.length > 0 ? `, ${views.join(" and ")} the view` : "";
  return {
    reason: `${main.path} has CheXpert's columns: “${pathName}” names the films${viewReason}, and ${countChexpertFindings(main.columns)} of CheXpert's 14 findings have a column.`,
    files,
    read: async (onRows) => {
      const { table, leftOut, notes } = keepNamedRows(await readTable(files, [pathName], onRows), pathName);
      const path = requireColumn(table, pathName);
      const part = partOf(table);
      return makeFilmRows({
        path,
        patient: readPatient(path),
        view: findColumn(table.columns, VIEW),
        projection: findColumn(table.columns, "AP/PA"),
        sex: findColumn(table.columns, "Sex"),
        age: readAge(findColumn(table.columns, "Age")),
        labels: listTargets(
          table.columns.filter((column) => column !== path),
          part,
        ),
        part,
        rowsRead: leftOut + table.rows,
        rowsLeftOut: leftOut,
        files: table.reports,
        notes,
      });
    },
  };
}

export const chexpert: Format = {
  id: "chexpert",
  name: "CheXpert",
  needs: "a CSV with a column of film paths and at least three of CheXpert's 14 findings, such as “Cardiomegaly” and “Edema”",
  recognise,
};
