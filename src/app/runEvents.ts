// What a run's events make of the page. It starts no run, and whose run it is, this tab's or another's, it does not know.

import { describeRepetition } from "../protocol/again";
import { targetsOf } from "../protocol/settings";
import { putSteps } from "../protocol/steps";
import type { TrainEvent, Trial } from "../protocol/training";
import { announce, type LabContext } from "./context";
import { formatCount, nameAuroc } from "./format";
import type { GpuJobs } from "./gpuJobs";
import type { RunState } from "./state";

export function createRunEvents({ store, patch, say }: LabContext, fail: GpuJobs["fail"]): (event: TrainEvent) => void {
  return (event) => {
    const { run } = store.getState();
    switch (event.type) {
      case "phase":
        patch("run", {
          phase: event.phase,
          phaseDetail: event.detail,
          compiling: event.progress ?? null,
          state: stateInPhase(run.state, event.phase),
        });
        if (event.detail) say(event.detail);
        break;
      case "schedule":
        patch("run", { comingLr: event.lrs });
        break;
      case "steps": {
        const { steps, stepsTotal, filmsPerSecond, secondsLeft, gpuBytes } = event;
        const last = steps.at(-1);
        // A run that fell back to an earlier checkpoint takes its later steps again.
        const stepsSeen = last ? last.step + 1 : run.stepsSeen;
        patch("run", { steps: putSteps(run.steps, steps), stepsSeen, stepsTotal, filmsPerSecond, secondsLeft });
        store.setState({ gpuBytes });
        if (last) {
          const { epochs } = run.trial?.settings ?? store.getState().settings;
          say(
            `Training: epoch ${last.epoch + 1} of ${epochs}, step ${formatCount(last.step + 1)} of ${formatCount(stepsTotal)}.`,
          );
        }
        for (const step of steps) announce({ type: "step", ...step });
        break;
      }
      case "epochEnd":
        if (run.trial) {
          const earlier = run.trial.epochs.filter(({ epoch }) => epoch < event.epoch.epoch);
          patch("run", { trial: { ...run.trial, epochs: [...earlier, event.epoch] } });
        }
        announce({ ...event.epoch, type: "epochEnd", gpuBytes: event.gpuBytes, tensors: event.tensors });
        break;
      case "checkpoint":
        if (run.trial) patch("run", { trial: { ...run.trial, checkpoints: event.checkpoints } });
        announce({ ...event.checkpoints.last, type: "checkpoint" });
        break;
      case "notice":
        patch("run", { notices: [...run.notices, event.message] });
        say(event.message);
        break;
      case "finished":
      case "stopped": {
        patch("run", { state: event.type === "finished" ? "done" : "stopped", trial: event.trial, secondsLeft: 0 });
        const auroc = event.trial.epochs.at(-1)?.auroc;
        const name = nameAuroc(targetsOf(event.trial.settings).length);
        say(
          event.type === "finished"
            ? `Trial ${event.trial.id} finished${auroc == null ? "" : ` with a validation ${name} of ${auroc.toFixed(3)}`}.${event.trial.earlyEnd ? ` ${event.trial.earlyEnd}` : ""}${describeAgain(event.trial)}`
            : `Trial ${event.trial.id} stopped at step ${formatCount(event.trial.stepsDone)}. Resume goes on from there.`,
        );
        announce({ type: event.type === "finished" ? "trained" : "stopped", trial: event.trial });
        break;
      }
      case "failed":
        fail("run", event);
        break;
    }
  };
}

const describeAgain = ({ again }: Trial) => (again?.outcome ? ` ${describeRepetition(again, again.outcome)}` : "");

function stateInPhase(state: RunState["state"], phase: string): RunState["state"] {
  if (phase === "paused") return "paused";
  return state === "paused" ? "running" : state;
}
