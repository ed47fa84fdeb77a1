// NIH ChestX-ray14 (Wang et al. 2017): flat file names, findings joined by "|", the official split in two lists. Also its 5,606-film sample.
import { LabError } from "../../../protocol/labError";
import { deriveColumn, findColumn, type LabelColumn } from "../columns";
import { type FileReport, type LabelFile, type LabelHead, readTable, startReport, type Table } from "../csvTable";
import { listTargets } from "../findings";
import { openText } from "../labelText";
import { count } from "../wording";
import { hasColumns, isBookkeeping, keepNamedRows, readAge, readView, requireColumn } from "./cells";
import { chooseHead, nameOf } from "./files";
import { type Format, makeFilmRows, type Recognition } from "./format";
import type { OwnParts } from "./parts";

const PATH = "Image Index";
const FINDINGS = "Finding Labels";
const PATIENT = "Patient ID";
const NIH_FINDINGS = [
  "Atelectasis",
  "Cardiomegaly",
  "Consolidation",
  "Edema",
  "Effusion",
  "Emphysema",
  "Fibrosis",
  "Hernia",
  "Infiltration",
  "Mass",
  "Nodule",
  "Pleural_Thickening",
  "Pneumonia",
  "Pneumothorax",
  "No Finding",
];

function recognise(heads: LabelHead[], lists: LabelFile[]): Recognition | null {
  // Of the copies of 2017 and 2020 the corrected one.
  const main = chooseHead(
    heads.filter((head) => hasColumns(head, PATH, FINDINGS)),
    (name) => (name.includes("2020") ? 1 : 0),
  );
  if (!main) return null;
  const trainList = lists.find(({ path }) => nameOf(path) === "train_val_list.txt");
  const testList = lists.find(({ path }) => nameOf(path) === "test_list.txt");
  const split = describeLists(trainList, testList);
  return {
    reason: `${main.path} has NIH ChestX-ray14's columns: “${PATH}” names the films and “${FINDINGS}” lists their findings, joined by “|”${split}. A finding that is not listed is read as 0, for NIH listed all that it found in the report.`,
    files: [main, ...(trainList ? [trainList] : []), ...(testList ? [testList] : [])],
    read: async (onRows) => {
      const { table, leftOut, notes } = keepNamedRows(await readTable([main], [PATH, FINDINGS, PATIENT], onRows), PATH);
      const path = requireColumn(table, PATH);
      const listed = requireColumn(table, FINDINGS);
      const projection = findColumn(table.columns, "View Position");
      const train = trainList && (await readList(trainList));
      const test = testList && (await readList(testList));
      const { part, notes: splitNotes } = readSplit(path, train, test);
      const roles = [path, listed, findColumn(table.columns, PATIENT)];
      const others = table.columns.filter((column) => !roles.includes(column) && !isBookkeeping(column));
      return makeFilmRows({
        path,
        patient: findColumn(table.columns, PATIENT),
        view: readView(projection),
        projection,
        sex: findColumn(table.columns, "Patient Gender", "Patient Sex"),
        age: readAge(findColumn(table.columns, "Patient Age")),
        labels: listTargets([...NIH_FINDINGS.map((finding) => isListed(listed, finding)), ...others], part),
        part,
        rowsRead: leftOut + table.rows,
        rowsLeftOut: leftOut,
        files: [...table.reports, ...[train, test].flatMap((list) => list?.report ?? [])],
        notes: [...notes, ...describeUnknown(table, listed), ...splitNotes],
      });
    },
  };
}

function splitFindings(cell: string): string[] {
  return cell.split("|").map((finding) => finding.trim());
}

/** 1 where the finding is listed, 0 where others are, blank where the cell is. */
function isListed(listed: LabelColumn, finding: string): LabelColumn {
  const says = (cell: string) => (splitFindings(cell).includes(finding) ? "1" : "0");
  return { ...deriveColumn(listed, finding, (cell) => (cell === "" ? null : says(cell))), blankIsUnknown: true };
}

function describeUnknown({ reports }: Table, listed: LabelColumn): string[] {
  const unknown = new Set(
    listed.values.flatMap((cell) => splitFindings(cell)).filter((finding) => finding !== "" && !NIH_FINDINGS.includes(finding)),
  );
  if (unknown.size === 0) return [];
  const names = [...unknown].slice(0, 5).map((finding) => `“${finding}”`);
  return [
    `${reports[0]?.path}: “${FINDINGS}” names ${count(unknown.size, "finding that is not NIH's and is", "findings that are not NIH's and are")} passed over, such as ${names.join(", ")}.`,
  ];
}

/** Which list tells the test part; to follow the reason. */
function describeLists(trainList: LabelFile | undefined, testList: LabelFile | undefined): string {
  if (testList) return `; ${testList.path} is its official test part`;
  return trainList ? `; what ${trainList.path} does not list is its official test part` : "";
}

interface NameList {
  names: Set<string>;
  report: FileReport;
}

/** One list is enough: the films that the list of training films does not name are the test. */
function readSplit(path: LabelColumn, train: NameList | undefined, test: NameList | undefined): OwnParts {
  if (!train && !test) return { part: null, notes: [] };
  const isTest = (name: string) => (test ? test.names.has(name) : !train?.names.has(name));
  const partOfCode = path.values.map((name) => (isTest(name) ? 2 : 0));
  const part = Uint8Array.from(path.codes, (code) => partOfCode[code] ?? 0);
  if (!train || !test) return { part, notes: [] };
  const isStray = path.values.map((name) => !isTest(name) && !train.names.has(name));
  let strays = 0;
  for (const code of path.codes) if (isStray[code]) strays++;
  if (strays === 0) return { part, notes: [] };
  return {
    part,
    notes: [
      `${count(strays, "film is", "films are")} in neither ${train.report.path} nor ${test.report.path}, which counts as training.`,
    ],
  };
}

/**
 * The file names of a list, one a line.
 * @throws LabError badCsv where it has none
 */
async function readList({ path, file }: LabelFile): Promise<NameList> {
  const opened = await openText(file, path, "whole");
  let text = "";
  for await (const piece of opened.pieces) text += piece;
  const lines = text.replace(/\n$/, "").split("\n");
  const names = lines.map((line) => line.trim()).filter((name) => name !== "");
  if (names.length === 0) {
    const message = `${path} lists no films. Put the dataset's own list in its place, or take it out of the folder.`;
    throw new LabError("badCsv", message, path);
  }
  const blankLines = lines.flatMap((line, i) => (line.trim() === "" ? [i + 1] : []));
  const report = { ...startReport(path, opened), rows: names.length, blankLines };
  return { names: new Set(names), report };
}

export const nih: Format = {
  id: "nih",
  name: "NIH ChestX-ray14",
  needs: `a CSV with the columns “${PATH}” and “${FINDINGS}”`,
  recognise,
};
