// Which files may hold labels by their names: the same on the page, where they are dropped, and in the worker, where they are looked for.

/** Spreadsheets are among them, so that they are not passed over without a word. */
export function isLabelFileName(path: string): boolean {
  return /\.(csv|tsv|txt)(\.gz)?$|\.(xlsx?|ods)$/i.test(path);
}
