// Chooses among label files of one format: the main one, and the dataset's own validation and test beside it. It reads none.
import type { LabelHead, TablePart } from "../csvTable";
import { hasColumns } from "./cells";

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1).toLowerCase();
}

export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/**
 * Of files that would do alike: those that a person chose, then the names that `preference` ranks higher, then near the top before deep,
 * then the one with more rows in its head, then by name. What is called a manifest or the like comes after all names that are not.
 */
export function chooseHead(heads: LabelHead[], preference: (name: string) => number = () => 0): LabelHead | undefined {
  const ranks = ({ path, rows, isChosen }: LabelHead) => {
    const name = nameOf(path);
    return [isChosen ? 1 : 0, ABOUT_FILES.test(name) ? 0 : 1, preference(name), -path.split("/").length, rows];
  };
  const order = (a: LabelHead, b: LabelHead) => {
    const ranksOfA = ranks(a);
    const differing = ranks(b).map((rank, i) => rank - (ranksOfA[i] ?? 0));
    return differing.find((difference) => difference !== 0) ?? (a.path < b.path ? -1 : 1);
  };
  return [...heads].sort(order)[0];
}

/** Names of tables about the files themselves: where they come from, under which licence. */
const ABOUT_FILES = /manifest|readme|licen[cs]e|sources|checksums|sha256/;

/** `train.csv` before names that speak of labels, these before others; those of validation and test only where there is no other. */
export function preferTraining(name: string): number {
  if (/^train\./.test(name)) return 4;
  if (/train/.test(name)) return 3;
  if (/valid|val|test/.test(name)) return 0;
  return /label|finding|(^|[^a-z])data/.test(name) ? 2 : 1;
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
