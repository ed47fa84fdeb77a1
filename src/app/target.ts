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
  const keepsValues = column.name === settings.target && hasValues(column, settings);
  // Without a finding nothing says what is abnormal: the person chooses, rather than have normal films called positive.
  const proposed = columns.some(({ isLabel }) => isLabel) ? defaultPositive(column) : column.defaultPositive;
  const moreTargets = settings.moreTargets.filter((more) => {
    const known = more.target === column.name ? undefined : find(more.target);
    return known && hasValues(known, more);
  });
  return { target: column.name, positive: keepsValues ? settings.positive : proposed, moreTargets, validation };
}

function hasValues({ isLabel, values }: ColumnSummary, { positive }: TargetSettings): boolean {
  return positive.every((value) => values.some((one) => one.value === value)) && (!isLabel || positive.join() === "1");
}

/** What the labels suggest, such as a finding's 1; of a column that suggests nothing the most frequent value, until the person chooses. */
export function defaultPositive(column: ColumnSummary): string[] {
  if (column.defaultPositive.length > 0) return column.defaultPositive;
  const value = column.values.find((one) => one.value !== "")?.value;
  return value === undefined ? [] : [value];
}
