// Step 6: every trial that was ever started here as a table, the one that is open in detail, and what the browser keeps of them.
import { Button } from "@mantine/core";
import { useMemo, useState } from "react";
import { useCommands, useLab } from "../labContext";
import { FilePicker } from "../parts/FilePicker";
import { formatPlural } from "../parts/format";
import { Notice } from "../parts/Notice";
import { isUnderWay } from "../parts/ready";
import { StepHeader } from "../parts/StepHeader";
import { useLooksOn } from "../parts/useLooksOn";
import { Review } from "../review/Review";
import { COLUMNS } from "./columns";
import { Compare } from "./compare/Compare";
import { StoragePanel } from "./StoragePanel";
import { TrialDetails } from "./TrialDetails";
import { TrialsPanel } from "./TrialsPanel";
import type { Asked } from "./TrialTable";
import { filterRows, sortRows, type TrialTableRow, toCells, toRows } from "./table";
import { UndoNotice } from "./UndoNotice";

export function TrialsStep() {
  const isComparing = useLab((lab) => lab.comparison.trials.length > 0);
  const isReviewing = useLab((lab) => lab.review.trials.length > 0);
  if (isReviewing) return <Review />;
  return isComparing ? <Compare /> : <AllTrials />;
}

function AllTrials() {
  const { rows, shown } = useRows();
  const [asked, setAsked] = useState<Asked | null>(null);
  const looksOn = useLooksOn();
  const { importTrial, takeTrialFile, downloadTable, goTo } = useCommands();
  // One is always open; what is opened stays so when the filter passes it over.
  const opened = rows.find(({ trial }) => trial.id === asked?.id) ?? shown[0] ?? rows.at(-1);

  function download(): void {
    const { head, cells } = toCells(COLUMNS, shown);
    downloadTable("trials.csv", head, cells);
  }

  return (
    <>
      <StepHeader
        title="Trials"
        actions={
          <>
            {rows.length > 0 && (
              <Button variant="default" onClick={download} title="All columns of the trials below, in their order, as CSV">
                Download table
              </Button>
            )}
            <FilePicker
              label="Run a trial again"
              accept=".json,application/json"
              disabled={looksOn}
              onPick={([file]) => file && void takeTrialFile(file)}
            />
            <FilePicker
              label="Import a trial"
              accept=".roentgen"
              disabled={looksOn}
              onPick={([file]) => file && void importTrial(file)}
            />
          </>
        }
      >
        {rows.length === 0
          ? "Every run is numbered and kept on this machine, with its settings, curves and weights."
          : `${formatPlural(rows.length, "trial")}, kept on this machine with settings, curves and weights.`}
      </StepHeader>
      {rows.length === 0 ? (
        <Notice tone="note" actions={<Button onClick={() => goTo("train")}>Go to Train</Button>}>
          No trial yet. Prepare films, find a rate, and Train: the first trial then stands here.
        </Notice>
      ) : (
        <TrialsPanel rows={shown} total={rows.length} openedId={opened?.trial.id} onOpen={setAsked} />
      )}
      {opened && <TrialDetails key={opened.trial.id} row={opened} asked={opened.trial.id === asked?.id ? asked : null} />}
      <StoragePanel />
      <UndoNotice />
    </>
  );
}

/** All trials, and those that the filter leaves in the order they are asked for. */
function useRows(): { rows: TrialTableRow[]; shown: TrialTableRow[] } {
  const trials = useLab((lab) => lab.trials);
  const live = useLab(({ run }) => (isUnderWay(run.state) ? run.trial : null));
  const { filter, starredOnly, sort } = useLab((lab) => lab.trialsView);
  const rows = useMemo(() => toRows(trials, live), [trials, live]);
  const filtered = useMemo(() => filterRows(rows, COLUMNS, { filter, starredOnly }), [rows, filter, starredOnly]);
  const shown = useMemo(() => {
    const by = COLUMNS.find(({ name }) => name === sort.column) ?? COLUMNS[0];
    return by ? sortRows(filtered, by, sort.descending) : filtered;
  }, [filtered, sort]);
  return { rows, shown };
}
