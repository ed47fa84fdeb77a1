// How the label files were understood, why, and the ways to overrule that. What their cells mean is `WhatToLearn.tsx`.
import type { DatasetSummary, LabelFormat } from "../../protocol/dataset";
import { useCommands } from "../labContext";
import { FigureRows } from "../parts/Figures";
import { FilePicker } from "../parts/FilePicker";
import { SelectField } from "../parts/fields";
import { LABEL_FORMAT_NAMES } from "../parts/format";
import { Panel } from "../parts/Panel";
import partsStyles from "../parts/parts.module.css";
import { ColumnFields } from "./ColumnFields";
import styles from "./dataset.module.css";

/** What the picker of label files offers; several belong together in some datasets, such as MIMIC-CXR-JPG. */
export const LABEL_FILES = ".csv,.tsv,.txt,.gz,text/csv";

export function LabelReading({ dataset, disabled }: { dataset: DatasetSummary; disabled: boolean }) {
  const { readLabelsAs, chooseLabelFiles } = useCommands();
  const { format, formatReason, mapping, labelFiles, csvColumns } = dataset;
  return (
    <Panel title="How the labels were read">
      <SelectField
        label="Label format"
        value={format}
        options={listFormats(dataset).map((value) => ({ value, label: LABEL_FORMAT_NAMES[value] }))}
        disabled={disabled}
        onChange={(chosen) => void readLabelsAs({ format: chosen })}
      />
      <p className={partsStyles.hint}>{formatReason}</p>
      {mapping && csvColumns.length > 0 && (
        <ColumnFields
          mapping={mapping}
          columns={csvColumns}
          disabled={disabled}
          onApply={(told) => void readLabelsAs({ format: "anyCsv", mapping: told })}
        />
      )}
      {labelFiles.length > 0 && (
        <div className={styles.labelFiles}>
          <FigureRows rows={labelFiles.map(({ path, encoding }) => ({ name: path, value: encoding.toUpperCase() }))} />
        </div>
      )}
      <div className={styles.panelActions}>
        <FilePicker
          label="Choose label CSV"
          accept={LABEL_FILES}
          several
          small
          disabled={disabled}
          onPick={(files) => void chooseLabelFiles([...files])}
        />
      </div>
    </Panel>
  );
}

/** The present format, what else was recognised, and what may be tried of any files. */
function listFormats({ format, otherFormats, labelFiles }: DatasetSummary): LabelFormat[] {
  const any: LabelFormat[] = labelFiles.length > 0 ? ["anyCsv", "folderPerClass"] : ["folderPerClass"];
  return [...new Set([format, ...otherFormats, ...any])];
}
