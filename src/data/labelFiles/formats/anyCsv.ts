// Any CSV with one row a film: what its columns are is guessed from their names and cells, or told by a person.
import type { ColumnMapping } from "../../../protocol/dataset";
import { findColumn } from "../columns";
import type { LabelHead } from "../csvTable";
import { listTargets, MOST_CHOICES, type TargetColumn } from "../findings";
import { hasColumns, holdsFilmNames } from "./cells";
import { chooseHead, preferTraining, withOwnParts } from "./files";
import type { Format, Recognition } from "./format";
import { guessMapping, listLabels, listRoles, readMapped } from "./mapped";

function recognise(heads: LabelHead[], _lists: unknown, told?: ColumnMapping): Recognition | null {
  const able = heads.filter((head) => (told ? hasColumns(head, told.path) : mayHoldLabels(head)));
  const chosen = able.filter(({ isChosen }) => isChosen);
  const candidates = chosen.length > 0 ? chosen : able;
  const withLabels = candidates.filter((head) => listHeadTargets(head, told).length > 0);
  const withFindings = withLabels.filter((head) => listHeadTargets(head, told).some(({ isFinding }) => isFinding));
  // Names to choose from may as well say where the films come from.
  const choices = [withFindings, withLabels, candidates];
  const main = choices.map((heads) => chooseHead(heads, preferTraining)).find((head) => head !== undefined);
  const understanding = main && (told ? { mapping: told, notes: [] } : guessMapping(main));
  if (!main || !understanding) return null;
  const { mapping } = understanding;
  const roles = listRoles(mapping);
  const files = withOwnParts(main, heads, mapping.path, (name) => !roles.includes(name));
  const path = findColumn(main.columns, mapping.path);
  const names = path && holdsFilmNames(path) ? "holds film file names" : "names the films";
  const views = [mapping.view, mapping.projection].filter(Boolean).map((name) => `“${name}”`);
  const viewReason = views.length > 0 ? `, ${views.join(" and ")} the view` : "";
  return {
    reason: `${main.path} is not in a known dataset's layout; it is read as one row a film: “${mapping.path}” ${names}${viewReason}, and its columns are taken as they are.`,
    files,
    read: (onRows) => readMapped(files, understanding, onRows),
  };
}

/** A column that only negatives have in the head is no target yet, but more than the names of files. */
function mayHoldLabels(head: LabelHead): boolean {
  const understanding = guessMapping(head);
  return understanding !== null && listLabels(head, understanding.mapping).some(({ values }) => values.length <= MOST_CHOICES);
}

function listHeadTargets(head: LabelHead, told: ColumnMapping | undefined): TargetColumn[] {
  const mapping = told ?? guessMapping(head)?.mapping;
  return mapping ? listTargets(listLabels(head, mapping), null) : [];
}

export const anyCsv: Format = {
  id: "anyCsv",
  name: "Any CSV",
  needs: "a CSV with a column that holds the films' file names",
  recognise,
};
