// Step 1: the films, what is learnt from them, and whether they can be trusted.
import type { DatasetSummary, OpenProgress } from "../../protocol/dataset";
import { useCommands, useLab } from "../labContext";
import { FilePicker } from "../parts/FilePicker";
import { formatCount, formatMs, formatPlural, LABEL_FORMAT_NAMES } from "../parts/format";
import { FailureNotice } from "../parts/Notice";
import { PreparationState, PrepareActions, usePreparing } from "../parts/Preparing";
import partsStyles from "../parts/parts.module.css";
import { StepHeader } from "../parts/StepHeader";
import { useCounts } from "../parts/useCounts";
import { useTurns } from "../parts/useTurns";
import styles from "./dataset.module.css";
import { EmptyDataset } from "./EmptyDataset";
import { FilmPreparation } from "./FilmPreparation";
import { FindingCounts } from "./FindingCounts";
import { LabelMakeup } from "./LabelMakeup";
import { LabelReading } from "./LabelReading";
import { PassedOver } from "./PassedOver";
import { PositivesByGroup } from "./PositivesByGroup";
import { RecipePanel } from "./Recipe";
import { Trust } from "./Trust";
import { WaitingTiles, Wall } from "./Wall";
import { WhatToLearn } from "./WhatToLearn";

export function DatasetStep() {
  const { state, summary } = useLab((lab) => lab.dataset);
  return (
    <section aria-label="Dataset" className={styles.step}>
      {state === "opening" ? <Opening /> : state === "ready" && summary ? <Open /> : <EmptyDataset />}
    </section>
  );
}

function Opening() {
  const { name, progress } = useLab((lab) => lab.dataset);
  return (
    <>
      <StepHeader title={name || "Opening"}>{describeOpening(progress)}</StepHeader>
      <WaitingTiles />
    </>
  );
}

function describeOpening(progress: OpenProgress | null): string {
  if (!progress) return "Opening the folder.";
  const done = formatCount(progress.done);
  switch (progress.phase) {
    case "listing":
      return `Listing the folder: ${done} files so far. No film is read yet.`;
    case "labels":
      return `Reading the label CSV: ${done} rows so far.`;
    case "matching":
      return `Matching rows and films: ${done} so far.`;
    case "headers":
      return `Reading the films' DICOM headers: ${done} of ${formatCount(progress.total ?? progress.done)}.`;
  }
}

function describeDataset({ films, rows, patients, ownValidation, ms, csvPath, format }: DatasetSummary): string {
  const heldOut = ownValidation
    ? `, ${formatPlural(ownValidation.rows, "row")} held out by the dataset for ${ownValidation.part}`
    : "";
  const toLearn = `${formatPlural(rows, "row")} of ${formatPlural(patients, "patient")} to learn from`;
  const from = `read in ${formatMs(ms)} from ${csvPath || "folders"} as ${LABEL_FORMAT_NAMES[format]}`;
  return `${formatPlural(films, "film")}; ${toLearn}${heldOut}; ${from}.`;
}

function Open() {
  const { summary: dataset, failure } = useLab((lab) => lab.dataset);
  const sampleFailure = useLab((lab) => lab.sample.failure);
  const counts = useCounts();
  const failed = useLab((lab) => lab.preparation.failed);
  const labelKey = useLab(({ settings: s, dataset: d }) =>
    JSON.stringify([
      d.summary?.csvSha256,
      s.target,
      s.positive,
      s.uncertain,
      s.blank,
      s.frontalOnly,
      s.doubtful,
      s.validation,
      s.stratify,
      s.balance,
      s.seed,
    ]),
  );
  const preparing = usePreparing();
  const turn = useTurns(7);
  const { openFiles } = useCommands();
  if (!dataset) return null;
  // Once films are prepared, those that had to be set aside are no doing of the balance.
  const setAside = (counts?.setAside ?? 0) - failed.length;
  return (
    <>
      <StepHeader
        title={dataset.name}
        actions={
          <>
            <FilePicker label="Choose dataset folder" folder disabled={preparing} onPick={(files) => void openFiles(files)} />
            <PrepareActions />
          </>
        }
      >
        {describeDataset(dataset)}
      </StepHeader>
      <FailureNotice failure={failure} title="That could not be opened" />
      <PreparationState />
      <FailureNotice failure={sampleFailure ?? counts?.problem ?? null} title="Nothing can be trained from this choice" />
      <div className={styles.columns}>
        {turn > 0 && <Wall labelKey={labelKey} />}
        <div className={styles.side}>
          {turn > 1 && <WhatToLearn dataset={dataset} disabled={preparing} />}
          {turn > 1 && <FilmPreparation disabled={preparing} />}
          {turn > 2 && counts && <LabelMakeup sample={counts} setAside={setAside} failed={failed.length} />}
          {turn > 2 && counts && <Trust dataset={dataset} sample={counts} setAside={setAside} />}
          {turn > 3 && <RecipePanel disabled={preparing} />}
        </div>
        {turn > 4 && (
          <div className={styles.more}>
            <div className={partsStyles.stack}>
              {counts && <PositivesByGroup sample={counts} />}
              <PassedOver dataset={dataset} failed={failed} />
            </div>
            <div className={partsStyles.stack}>
              {turn > 5 && <LabelReading dataset={dataset} disabled={preparing} />}
              {turn > 6 && <FindingCounts dataset={dataset} />}
            </div>
          </div>
        )}
      </div>
    </>
  );
}
