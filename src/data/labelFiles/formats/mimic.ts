// MIMIC-CXR-JPG (Johnson et al. 2019): labels a study, films in the metadata, the official split in a third file. The three are joined.
import { LabError } from "../../../protocol/labError";
import { deriveColumn, findColumn, type LabelColumn, selectRows } from "../columns";
import { filterTable, type LabelHead, readTable, type Table } from "../csvTable";
import { listTargets } from "../findings";
import { count } from "../wording";
import {
  countChexpertFindings,
  hasColumns,
  isBookkeeping,
  isChexpertFinding,
  keepNamedRows,
  readView,
  requireColumn,
} from "./cells";
import { chooseHead } from "./files";
import { type Format, makeFilmRows, type Recognition } from "./format";
import { readParts } from "./parts";

const IDS = ["dicom_id", "subject_id", "study_id"];

function recognise(heads: LabelHead[]): Recognition | null {
  const labels = chooseHead(
    heads.filter(
      (head) =>
        hasColumns(head, "subject_id", "study_id") && !hasColumns(head, "dicom_id") && countChexpertFindings(head.columns) >= 3,
    ),
    (name) => (name.includes("chexpert") ? 2 : name.includes("negbio") ? 1 : 0),
  );
  if (!labels) return null;
  const split = chooseHead(heads.filter((head) => hasColumns(head, ...IDS, "split")));
  const metadata = chooseHead(
    heads.filter((head) => head !== split && hasColumns(head, ...IDS)),
    (name) => (name.includes("metadata") ? 1 : 0),
  );
  const others = [metadata, split].filter((head) => head !== undefined);
  const joined = others.length > 0 ? `, joined with the films of ${others.map(({ path }) => path).join(" and ")}` : "";
  return {
    reason: `${labels.path} has MIMIC-CXR's columns: “subject_id” and “study_id”, and ${countChexpertFindings(labels.columns)} of CheXpert's 14 findings for each study${joined}.`,
    files: [...others, labels],
    read: (onRows) => read(labels, metadata, split, onRows),
  };
}

async function read(
  labels: LabelHead,
  metadata: LabelHead | undefined,
  split: LabelHead | undefined,
  onRows: (rows: number) => void,
) {
  const main = metadata ?? split;
  if (!main) {
    const message = `${labels.path} labels studies, not films. Put mimic-cxr-2.0.0-metadata.csv or mimic-cxr-2.0.0-split.csv, which name the films, beside it.`;
    throw new LabError("noUsableColumn", message, labels.path);
  }
  const labelTable = await readTable([labels], ["study_id"]);
  const rowOfStudy = indexRows(requireColumn(labelTable, "study_id"));
  const named = keepNamedRows(await readTable([main], IDS, onRows), "dicom_id");
  const studies = requireColumn(named.table, "study_id");
  const hasLabels = studies.values.map((study) => rowOfStudy.has(study));
  const table = filterTable(named.table, (row) => hasLabels[studies.codes[row] ?? 0] === true);
  const unlabelled = named.table.rows - table.rows;
  const study = requireColumn(table, "study_id");
  const patient = requireColumn(table, "subject_id");
  const dicom = requireColumn(table, "dicom_id");
  const splitTable = split && (split === main ? table : await readTable([split], ["dicom_id"]));
  const labelRow = Uint32Array.from(study.codes, (code) => rowOfStudy.get(study.values[code] ?? "") ?? 0);
  const projection = findColumn(table.columns, "ViewPosition");
  const findings = labelTable.columns.filter((column) => isChexpertFinding(column.name));
  const isTarget = (column: LabelColumn) =>
    ![study, patient, dicom].includes(column) && column.name !== "split" && !isBookkeeping(column);
  const own = splitTable ? readParts(joinSplit(dicom, splitTable), null) : { part: null, notes: [] };
  return makeFilmRows({
    path: makePaths(patient, study, dicom),
    patient,
    study,
    view: readView(projection),
    projection,
    labels: listTargets([...findings.map((column) => selectRows(column, labelRow)), ...table.columns.filter(isTarget)], own.part),
    part: own.part,
    rowsRead: named.leftOut + named.table.rows,
    rowsLeftOut: named.leftOut + unlabelled,
    files: [...table.reports, ...labelTable.reports, ...(splitTable && splitTable !== table ? splitTable.reports : [])],
    notes: [
      ...named.notes,
      ...(unlabelled > 0
        ? [
            `${main.path}: left out for being of studies that ${labels.path} has no labels for: ${count(unlabelled, "film", "films")}.`,
          ]
        : []),
      ...(metadata ? [] : ["There is no mimic-cxr-2.0.0-metadata.csv: frontal and lateral films cannot be told apart."]),
      ...(split ? [] : ["There is no mimic-cxr-2.0.0-split.csv: the official split is not known."]),
      ...own.notes,
    ],
  });
}

/** The first row with each value. */
function indexRows(column: LabelColumn): Map<string, number> {
  const rows = new Map<string, number>();
  for (let row = column.codes.length - 1; row >= 0; row--) rows.set(column.values[column.codes[row] ?? 0] ?? "", row);
  rows.delete("");
  return rows;
}

/** `files/p10/p10000032/s50414267/02aa804e-….jpg`, as the dataset lays its films out. */
function makePaths(patient: LabelColumn, study: LabelColumn, dicom: LabelColumn): LabelColumn {
  const values = [""];
  const codeOfDicom = new Uint32Array(dicom.values.length);
  const codes = Uint32Array.from(dicom.codes, (dicomCode, row) => {
    if (codeOfDicom[dicomCode] === 0) {
      const subject = patient.values[patient.codes[row] ?? 0] ?? "";
      const folder = `files/p${subject.slice(0, 2)}/p${subject}/s${study.values[study.codes[row] ?? 0]}`;
      codeOfDicom[dicomCode] = values.push(`${folder}/${dicom.values[dicomCode]}.jpg`) - 1;
    }
    return codeOfDicom[dicomCode] ?? 0;
  });
  return { name: "Path", codes, values };
}

/** The split's word for each film, blank where it does not name the film. */
function joinSplit(dicom: LabelColumn, splitTable: Table): LabelColumn {
  const rowOfFilm = indexRows(requireColumn(splitTable, "dicom_id"));
  const split = requireColumn(splitTable, "split");
  return deriveColumn(dicom, split.name, (id) => {
    const row = rowOfFilm.get(id);
    return row === undefined ? null : (split.values[split.codes[row] ?? 0] ?? null);
  });
}

export const mimic: Format = {
  id: "mimic",
  name: "MIMIC-CXR-JPG",
  needs: "mimic-cxr-2.0.0-chexpert.csv, with the columns “subject_id” and “study_id”, and mimic-cxr-2.0.0-metadata.csv",
  recognise,
};
