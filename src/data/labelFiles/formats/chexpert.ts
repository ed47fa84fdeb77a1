// CheXpert (Irvin et al. 2019): one row a film, a column a finding, patient and study in the path. Also copies with other headers and prefixes.
import type { LabelHead } from "../csvTable";
import { countChexpertFindings, findPath, hasColumns, isChexpertFinding } from "./cells";
import { chooseHead, preferTraining, withOwnParts } from "./files";
import type { Format, Recognition } from "./format";
import { guessMapping, readMapped } from "./mapped";

const VIEW = "Frontal/Lateral";

function isChexpert(head: LabelHead): boolean {
  const findings = countChexpertFindings(head.columns);
  return findPath(head.columns) !== null && (findings >= 3 || (findings > 0 && hasColumns(head, VIEW)));
}

function recognise(heads: LabelHead[]): Recognition | null {
  const main = chooseHead(heads.filter(isChexpert), preferTraining);
  const understanding = main && guessMapping(main);
  if (!main || !understanding) return null;
  const { mapping } = understanding;
  const files = withOwnParts(main, heads, mapping.path, isChexpertFinding);
  const views = [VIEW, "AP/PA"].filter((name) => hasColumns(main, name)).map((name) => `“${name}”`);
  const viewReason = views.length > 0 ? `, ${views.join(" and ")} the view` : "";
  return {
    reason: `${main.path} has CheXpert's columns: “${mapping.path}” names the films${viewReason}, and ${countChexpertFindings(main.columns)} of CheXpert's 14 findings have a column.`,
    files,
    read: async (onRows) => ({ ...(await readMapped(files, understanding, onRows)), mapping: null }),
  };
}

export const chexpert: Format = {
  id: "chexpert",
  name: "CheXpert",
  needs: "a CSV with a column of film paths and at least three of CheXpert's 14 findings, such as “Cardiomegaly” and “Edema”",
  recognise,
};
