// Which column is learnt, and which of its values are positive, before the person chooses. It changes nothing.
import type { ColumnSummary, DatasetSummary } from "../protocol/dataset";
import type { TargetSettings, TrialSettings } from "../protocol/settings";

/** Keeps targets, their positive values and the validation where the new dataset has them; else Cardiomegaly, else its first column. */
export function chooseTarget(
  { columns, ownValidation }: Pick<DatasetSummary, "columns" | "ownValidation">,
  settings: TrialSettings,
): Partial<TrialSettings> {
  const find = (name: string) => columns.find((column) => column.name === name);
  const column = find(settings.target) ?? find("Cardiomegaly") ?? columns[0];
  if (!column) return {};
  const validation = settings.validation === "own" && !ownValidation ? 0.1 : settings.validation;
  // A finding's 1 says nothing of a column whose values mean something else, such as how many readers saw it.
  const isOfFinding = !column.isLabel && column.defaultPositive.length > 0 && settings.positive.join() === "1";
  const keepsValues = column.name === settings.target && hasValues(column, settings) && !isOfFinding;
  // Where nothing suggests itself the person chooses, rather than have normal films called positive.
  const proposed = column.defaultPositive;
  const moreTargets = settings.moreTargets.filter((more) => {
    const known = more.target === column.name ? undefined : find(more.target);
    return known && hasValues(known, more);
  });
  return { target: column.name, positive: keepsValues ? settings.positive : proposed, moreTargets, validation };
}

function hasValues({ isLabel, values }: ColumnSummary, { positive }: TargetSettings): boolean {
  return positive.every((value) => values.some((one) => one.value === value)) && (!isLabel || positive.join() === "1");
}
