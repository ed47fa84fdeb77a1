// By which of the outputs of weights from elsewhere the targets are told: those of the same names. Reads no weights.

/** Datasets write a finding in several ways; NIH and torchxrayvision call CheXpert's Pleural Effusion just Effusion. */
const normalise = (name: string) =>
  name
    .toLowerCase()
    .replaceAll("_", " ")
    .trim()
    .replace(/^pleural effusion$/, "effusion");

/** The place of each wanted name among those told; null where one is not among them. */
export function findClasses(told: readonly string[], wanted: readonly string[]): number[] | null {
  const names = told.map(normalise);
  const places = wanted.map((name) => (told.includes(name) ? told.indexOf(name) : names.indexOf(normalise(name))));
  return places.includes(-1) ? null : places;
}
