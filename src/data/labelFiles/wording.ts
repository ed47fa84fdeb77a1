// Says how many of something there are, for the notes of this part. It writes no sentence of its own.

/** `1 row has`, `2 rows have`. */
export function count(many: number, singular: string, plural: string): string {
  return `${many} ${many === 1 ? singular : plural}`;
}
