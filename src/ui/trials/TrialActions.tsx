// What can be done with one trial. Each name carries the trial's number, so that none is heard twice.
import type { MouseEvent } from "react";
import { failsAgain } from "../../protocol/labError";
import type { Trial, WhichWeights } from "../../protocol/training";
import { useCommands, useLab } from "../labContext";
import styles from "./trials.module.css";
import { UseElsewhere } from "./UseElsewhere";

interface TrialActionsProps {
  trial: Trial;
  /** Of its weights those to take. */
  which: WhichWeights;
  /** This trial is being trained. */
  isLive: boolean;
  /** Some trial is being trained, or another tab acts: nothing can be begun. */
  isBusy: boolean;
  /** Another tab acts. */
  looksOn: boolean;
  /** Asks for the size at which the next trial goes on from this one. */
  onResize: () => void;
  onDelete: () => void;
}

/** Of a double click, which would take a file twice. */
function leaveSecondClick(event: MouseEvent): void {
  if (event.detail > 1) event.stopPropagation();
}

export function TrialActions({ trial, which, isLive, isBusy, looksOn, onResize, onDelete }: TrialActionsProps) {
  const { id, state, failure, checkpoints } = trial;
  const { goTo, continueTrial, showTrial, takeTrialWeights, chooseEvaluated, clearWeights } = useCommands();
  const { downloadWeights, downloadTrial, exportTrial, reviewTrials } = useCommands();
  const hasOtherWeights = useLab((lab) => lab.weights.choice.kind !== "fresh");
  const hasWeights = checkpoints.last !== null;
  const canGoOn = state !== "finished" && !failsAgain(failure);

  function begin(): void {
    void takeTrialWeights(id, which);
    goTo("finder");
  }

  function evaluate(): void {
    // Weights from elsewhere would be evaluated in its place.
    if (hasOtherWeights) clearWeights();
    chooseEvaluated(which);
    void showTrial(id, true);
    goTo("evaluate");
  }

  return (
    <div className={styles.actions} onClickCapture={leaveSecondClick}>
      {canGoOn && !isLive && (
        <button
          type="button"
          data-main
          disabled={isBusy}
          aria-label={`Continue trial ${id}`}
          onClick={() => void continueTrial(id)}
        >
          Continue
        </button>
      )}
      <button
        type="button"
        disabled={isBusy && !isLive}
        aria-label={`Show trial ${id}`}
        onClick={() => (isLive ? goTo("train") : void showTrial(id))}
      >
        Show
      </button>
      <button type="button" aria-label={`Review trial ${id}`} onClick={() => void reviewTrials([id])}>
        Review
      </button>
      {hasWeights && (
        <>
          <button
            type="button"
            disabled={isBusy}
            aria-label={`Evaluate trial ${id}`}
            title="On its validation films, or on a test set that is prepared"
            onClick={evaluate}
          >
            Evaluate
          </button>
          <button type="button" disabled={isBusy} aria-label={`Begin next from trial ${id}`} onClick={begin}>
            Begin next
          </button>
          <button
            type="button"
            disabled={isBusy}
            aria-label={`Resize trial ${id}`}
            title="Go on from its weights at another image size"
            onClick={onResize}
          >
            Resize
          </button>
          <button
            type="button"
            aria-label={`Weights of trial ${id}`}
            title="Download these weights"
            onClick={() => void downloadWeights(id, which)}
          >
            Weights
          </button>
          <UseElsewhere trial={trial} which={which} isBusy={isBusy} />
        </>
      )}
      <button
        type="button"
        aria-label={`File of trial ${id}`}
        title="Download its settings and curves"
        onClick={() => void downloadTrial(id)}
      >
        File
      </button>
      {!isLive && (
        <button
          type="button"
          aria-label={`Export trial ${id}`}
          title="Download all of it as one file: settings, curves, and checkpoints to go on from"
          onClick={() => void exportTrial(id)}
        >
          Export
        </button>
      )}
      {!isLive && (
        <button type="button" disabled={looksOn} aria-label={`Delete trial ${id}`} onClick={onDelete}>
          Delete
        </button>
      )}
    </div>
  );
}
