// One trial of the table: what it was, how far it came, how good the weights are that it offers, and what can be done with it.
import { useState } from "react";
import { chooseOffered, offerWeights } from "../../app/offeredWeights";
import { chooseBudget } from "../../protocol/budget";
import { listKept } from "../../protocol/storage";
import type { Trial, TrialState, WhichWeights } from "../../protocol/training";
import { useCommands } from "../labContext";
import {
  formatArchitecture,
  formatBatch,
  formatBytes,
  formatCount,
  formatDuration,
  formatLr,
  formatMemory,
  formatMetric,
  formatPlural,
  formatTargets,
} from "../parts/format";
import { useLooksOn } from "../parts/useLooksOn";
import { Confirm } from "./Confirm";
import { ResizeTrial } from "./ResizeTrial";
import { TrialActions } from "./TrialActions";
import styles from "./trials.module.css";

const STATE_WORDS: Record<TrialState, string> = {
  ready: "not started",
  running: "under way",
  paused: "paused",
  interrupted: "interrupted",
  stopped: "stopped",
  finished: "finished",
  failed: "failed",
};

interface TrialRowProps {
  trial: Trial;
  /** The highest AUROC of all trials' weights. */
  best: number | null;
  liveTrial: number | undefined;
  columns: number;
}

export function TrialRow({ trial, best, liveTrial, columns }: TrialRowProps) {
  const { id, state, settings, stepsDone, stepsTotal, earlyEnd, epochs, seconds, parent, adapter, origin } = trial;
  const [asked, setAsked] = useState<"delete" | "resize" | null>(null);
  const close = () => setAsked(null);
  const [wanted, setWanted] = useState<WhichWeights>("last");
  const { deleteTrial } = useCommands();
  const offered = offerWeights(trial);
  const which = chooseOffered(trial, wanted);
  const auroc = offered.find((one) => one.which === which)?.auroc ?? null;
  const kept = listKept(trial.checkpoints);
  const isLive = id === liveTrial;
  const looksOn = useLooksOn();
  const isBusy = looksOn || liveTrial !== undefined;
  return (
    <>
      <tr className={styles.trial}>
        <td>
          <b>{id}</b>
          {parent !== null && <small title={trial.beginning?.replaced ?? undefined}>from {parent}</small>}
          {origin && <small>imported, was trial {origin.trial}</small>}
        </td>
        <td data-state={isLive ? "live" : state}>
          {STATE_WORDS[isLive ? "running" : state]}
          {state !== "finished" && !isLive && (
            <small>
              {formatCount(stepsDone)} of {formatCount(stepsTotal)}
            </small>
          )}
          {earlyEnd && (
            <small title={earlyEnd}>
              at epoch {epochs.length} of {settings.epochs}
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
          {formatPlural(settings.epochs, "epoch")}, LR {formatLr(settings.maxLr)}
          <small>
            {formatBatch(settings)}, {formatDuration(seconds)}
          </small>
        </td>
        <td>
          {settings.engine}, {settings.activations}
          {adapter && (
            <small>
              {adapter.name}, {formatMemory(chooseBudget(adapter, settings.gpuBudgetMiB))}
            </small>
          )}
        </td>
        <td>
          {offered.length > 1 ? (
            <select
              className={styles.which}
              aria-label={`Weights of trial ${id} to take`}
              value={which}
              onChange={({ currentTarget: { value } }) => setWanted(offered.find((one) => one.which === value)?.which ?? "last")}
            >
              {offered.map((one) => (
                <option key={one.which} value={one.which}>
                  {one.label}
                </option>
              ))}
            </select>
          ) : (
            (offered[0]?.label ?? "none yet")
          )}
          {kept.length > 0 && (
            <small>
              <span data-best={(auroc !== null && auroc === best && auroc > 0.5) || undefined}>AUROC {formatMetric(auroc)}</span>,{" "}
              {formatBytes(kept.reduce((sum, { bytes }) => sum + bytes, 0))} kept
            </small>
          )}
        </td>
      </tr>
      <tr className={styles.actionsRow}>
        <td colSpan={columns}>
          <TrialActions
            trial={trial}
            which={which}
            isLive={isLive}
            isBusy={isBusy}
            looksOn={looksOn}
            onResize={() => setAsked("resize")}
            onDelete={() => setAsked("delete")}
          />
        </td>
      </tr>
      {asked === "delete" && (
        <Confirm
          columns={columns}
          keep="Keep it"
          remove="Delete for good"
          onKeep={close}
          onRemove={() => {
            close();
            void deleteTrial(id);
          }}
        >
          Trial {id}, its curves and its weights go for good.
        </Confirm>
      )}
      {asked === "resize" && (
        <tr>
          <td colSpan={columns} className={styles.asked}>
            <ResizeTrial trial={trial} which={which} isBusy={isBusy} onClose={close} />
          </td>
        </tr>
      )}
    </>
  );
}
