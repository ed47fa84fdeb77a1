// Step 6: every trial that was ever started here, and what can be done with it.
import { Fragment, useState } from "react";
import { chooseBudget } from "../../protocol/budget";
import type { Trial, TrialState } from "../../protocol/training";
import { bestAuroc } from "../frame/railLines";
import { useCommands, useLab } from "../labContext";
import figureStyles from "../parts/figures.module.css";
import {
  formatArchitecture,
  formatCount,
  formatDuration,
  formatLr,
  formatMemory,
  formatMetric,
  formatPass,
  formatPlural,
  formatTargets,
} from "../parts/format";
import { Notice } from "../parts/Notice";
import { Panel } from "../parts/Panel";
import { isUnderWay } from "../parts/ready";
import { ScrollBox } from "../parts/ScrollBox";
import { StepHeader } from "../parts/StepHeader";
import { TrialActions } from "./TrialActions";
import styles from "./trials.module.css";

const STATE_WORDS: Record<TrialState, string> = {
  ready: "not started",
  running: "interrupted",
  paused: "paused",
  stopped: "stopped",
  finished: "finished",
  failed: "failed",
};

export function TrialsStep() {
  const trials = useLab((lab) => lab.trials);
  const liveTrial = useLab(({ run }) => (isUnderWay(run.state) ? run.trial?.id : undefined));
  return (
    <>
      <StepHeader title="Trials">
        {trials.length === 0
          ? "Every run is numbered and kept on this machine, with its settings, curves and weights."
          : `${formatPlural(trials.length, "trial")}, kept on this machine with settings, curves and weights.`}
      </StepHeader>
      {trials.length === 0 ? (
        <Notice tone="note">No trial yet. Prepare films, find a rate, and Train: the first trial then stands here.</Notice>
      ) : (
        <TrialTable trials={trials} liveTrial={liveTrial} />
      )}
    </>
  );
}

function TrialTable({ trials, liveTrial }: { trials: Trial[]; liveTrial: number | undefined }) {
  const [toDelete, setToDelete] = useState<number | null>(null);
  const { deleteTrial } = useCommands();
  const newestFirst = trials.toSorted((a, b) => b.id - a.id);
  const best = bestAuroc(trials.flatMap(({ epochs }) => epochs));
  return (
    <Panel title="All trials" aside="newest first">
      <ScrollBox label="All trials" className={styles.box}>
        <table className={`${figureStyles.table} ${styles.table}`}>
          <thead>
            <tr>
              <th scope="col">trial</th>
              <th scope="col">state</th>
              <th scope="col">learns</th>
              <th scope="col">batch</th>
              <th scope="col">engine</th>
              <th scope="col">epochs</th>
              <th scope="col">highest LR</th>
              <th scope="col">best AUROC</th>
              <th scope="col">time</th>
              <th scope="col">
                <span className="hidden-visually">actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {newestFirst.map((trial) => {
              const { id, state, settings, epochs, stepsDone, stepsTotal, seconds, parent, adapter } = trial;
              const auroc = bestAuroc(epochs);
              const isLive = id === liveTrial;
              return (
                <Fragment key={id}>
                  <tr>
                    <td>
                      <b>{id}</b>
                      {parent !== null && <small>from {parent}</small>}
                    </td>
                    <td data-state={isLive ? "live" : state}>
                      {isLive ? "under way" : STATE_WORDS[state]}
                      {state !== "finished" && !isLive && (
                        <small>
                          {formatCount(stepsDone)} of {formatCount(stepsTotal)}
                        </small>
                      )}
                    </td>
                    <td>
                      {formatTargets(settings)}
                      <small>
                        {formatArchitecture(settings.arch)}, {settings.imageSize} px
                      </small>
                    </td>
                    <td>
                      {settings.batchSize}
                      {formatPass(settings) && <small>passes of {formatPass(settings)}</small>}
                    </td>
                    <td>
                      {settings.engine}, {settings.activations}
                      {adapter && (
                        <small>
                          {adapter.name}, {formatMemory(chooseBudget(adapter, settings.gpuBudgetMiB))}
                        </small>
                      )}
                    </td>
                    <td>{settings.epochs}</td>
                    <td>{formatLr(settings.maxLr)}</td>
                    <td data-best={(auroc !== null && auroc === best && auroc > 0.5) || undefined}>{formatMetric(auroc)}</td>
                    <td>{formatDuration(seconds)}</td>
                    <td>
                      <TrialActions
                        trial={trial}
                        isLive={isLive}
                        isBusy={liveTrial !== undefined}
                        onDelete={() => setToDelete(id)}
                      />
                    </td>
                  </tr>
                  {toDelete === id && (
                    <tr>
                      <td colSpan={10} className={styles.confirm}>
                        Trial {id}, its curves and its weights go for good.
                        <button type="button" onClick={() => setToDelete(null)}>
                          Keep it
                        </button>
                        <button
                          type="button"
                          data-danger
                          onClick={() => {
                            setToDelete(null);
                            void deleteTrial(id);
                          }}
                        >
                          Delete for good
                        </button>
                      </td>
                    </tr>
                  )}
                </Fragment>
              );
            })}
          </tbody>
        </table>
      </ScrollBox>
    </Panel>
  );
}
