// Chooses among label files of one format: the main one, and the dataset's own validation and test beside it. It reads none.
import type { LabelFile, LabelHead, TablePart } from "../csvTable";
import { hasColumns } from "./cells";

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1).toLowerCase();
}

export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/** Of files that would do alike: the names that `preference` ranks higher, then near the top before deep, then by name. */
export function chooseHead<Head extends LabelFile>(
  heads: Head[],
  preference: (name: string) => number = () => 0,
): Head | undefined {
  const depth = ({ path }: Head) => path.split("/").length;
  const order = (a: Head, b: Head) =>
    preference(nameOf(b.path)) - preference(nameOf(a.path)) || depth(a) - depth(b) || (a.path < b.path ? -1 : 1);
  return [...heads].sort(order)[0];
}

/** `train.csv` before other names; those of validation and test only where there is no other. */
export function preferTraining(name: string): number {
  return /^train\./.test(name) ? 3 : /train/.test(name) ? 2 : /valid|val|test/.test(name) ? 0 : 1;
}

const VALIDATION_NAME = /^(valid|val|validation|dev)([_-]?labels)?\.(csv|tsv|txt)(\.gz)?$/;
const TEST_NAME = /^test([_-]?labels)?\.(csv|tsv|txt)(\.gz)?$/;

/** The training file, and beside it the dataset's own validation and test with the same columns of labels. */
export function withOwnParts(
  main: LabelHead,
  heads: LabelHead[],
  pathName: string,
  isLabel: (name: string) => boolean,
): TablePart[] {
  const parts: TablePart[] = [{ ...main, part: 0 }];
  const isPart = (name: string) => VALIDATION_NAME.test(name) || TEST_NAME.test(name);
  if (isPart(nameOf(main.path))) return parts;
  const labels = main.columns.filter((column) => isLabel(column.name)).map((column) => column.name);
  const beside = heads.filter((head) => head !== main && folderOf(head.path) === folderOf(main.path));
  for (const [part, pattern] of [
    [1, VALIDATION_NAME],
    [2, TEST_NAME],
  ] as const) {
    const found = beside.find(
      (head) => pattern.test(nameOf(head.path)) && hasColumns(head, pathName) && labels.some((label) => hasColumns(head, label)),
    );
    if (found) parts.push({ ...found, part });
  }
  return parts;
}
