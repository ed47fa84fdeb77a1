// Step 6: every trial that was ever started here, and what can be done with it.
import { offerWeights } from "../../app/offeredWeights";
import type { Trial } from "../../protocol/training";
import { bestAuroc } from "../frame/railLines";
import { useCommands, useLab } from "../labContext";
import { FilePicker } from "../parts/FilePicker";
import figureStyles from "../parts/figures.module.css";
import { formatPlural } from "../parts/format";
import { Notice } from "../parts/Notice";
import { Panel } from "../parts/Panel";
import { isUnderWay } from "../parts/ready";
import { ScrollBox } from "../parts/ScrollBox";
import { StepHeader } from "../parts/StepHeader";
import { useLooksOn } from "../parts/useLooksOn";
import { Review } from "../review/Review";
import { ReviewButton } from "../review/ReviewButton";
import { Compare } from "./compare/Compare";
import { CompareButton } from "./compare/CompareButton";
import { StoragePanel } from "./StoragePanel";
import { TrialRow } from "./TrialRow";
import styles from "./trials.module.css";

const COLUMNS = ["trial", "state", "learns", "run", "engine", "weights"];

export function TrialsStep() {
  const isComparing = useLab((lab) => lab.comparison.trials.length > 0);
  const isReviewing = useLab((lab) => lab.review.trials.length > 0);
  if (isReviewing) return <Review />;
  return isComparing ? <Compare /> : <AllTrials />;
}

function AllTrials() {
  const trials = useLab((lab) => lab.trials);
  const liveTrial = useLab(({ run }) => (isUnderWay(run.state) ? run.trial?.id : undefined));
  const looksOn = useLooksOn();
  const { importTrial, takeTrialFile } = useCommands();
  return (
    <>
      <StepHeader
        title="Trials"
        actions={
          <>
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
            <ReviewButton ids={trials.map(({ id }) => id)} />
            <CompareButton ids={trials.map(({ id }) => id)} />
          </>
        }
      >
        {trials.length === 0
          ? "Every run is numbered and kept on this machine, with its settings, curves and weights."
          : `${formatPlural(trials.length, "trial")}, kept on this machine with settings, curves and weights.`}
      </StepHeader>
      {trials.length === 0 ? (
        <Notice tone="note">No trial yet. Prepare films, find a rate, and Train: the first trial then stands here.</Notice>
      ) : (
        <TrialTable trials={trials} liveTrial={liveTrial} />
      )}
      <StoragePanel />
    </>
  );
}

function TrialTable({ trials, liveTrial }: { trials: Trial[]; liveTrial: number | undefined }) {
  const newestFirst = trials.toSorted((a, b) => b.id - a.id);
  const best = bestAuroc(trials.flatMap(offerWeights));
  return (
    <Panel title="All trials" aside="newest first">
      <ScrollBox label="All trials" className={styles.box}>
        <table className={`${figureStyles.table} ${styles.table}`}>
          <thead>
            <tr>
              {COLUMNS.map((column) => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {newestFirst.map((trial) => (
              <TrialRow key={trial.id} trial={trial} best={best} liveTrial={liveTrial} columns={COLUMNS.length} />
            ))}
          </tbody>
        </table>
      </ScrollBox>
    </Panel>
  );
}
