// Whether values that were read from elsewhere have the shape that a type asks for. It judges shapes; what the values mean is others'.

export type Check = (value: unknown) => boolean;

export const isNumber: Check = (value) => typeof value === "number";
export const isText: Check = (value) => typeof value === "string";
export const isFlag: Check = (value) => typeof value === "boolean";
/** JSON has neither NaN nor infinity, and writes null for them. */
export const isFigure: Check = (value) => value === null || isNumber(value);

export const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);

/** For what earlier versions did not write. */
export const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);

export const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);

/** A record of any keys whose values are all such. */
export const recordOf =
  (check: Check): Check =>
  (value) =>
    typeof value === "object" && value !== null && !Array.isArray(value) && Object.values(value).every(check);

/** A record that has these fields, among others. */
export const fields =
  <Shape>(checks: { [Field in keyof Shape]?: Check }): Check =>
  (value) =>
    typeof value === "object" && value !== null && findMisshapen(value, checks) === null;

/** The first of these fields that a record does not have as it should; null where all are well. */
export function findMisshapen<Shape>(record: object, checks: { [Field in keyof Shape]?: Check }): string | null {
  const held = new Map<string, unknown>(Object.entries(record));
  const wrong = Object.entries<Check | undefined>(checks).find(([field, check]) => !check?.(held.get(field)));
  return wrong?.[0] ?? null;
}
