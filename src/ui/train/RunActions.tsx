// Train, pause, resume, stop, take away: only what makes sense now, the next thing to do in the accent.
import { Button } from "@mantine/core";
import type { RunState } from "../../app/state";
import { failsAgain } from "../../protocol/labError";
import { useCommands, useLab } from "../labContext";
import { whatComesFirst } from "../parts/ready";
import { SettledButton } from "../parts/SettledButton";
import { useLooksOn } from "../parts/useLooksOn";

/** A run that ended before its last step; without a checkpoint it begins again. One whose numbers failed would fail again. */
function canGoOn({ state, trial, failure }: RunState): boolean {
  return trial !== null && (state === "stopped" || (state === "failed" && !failsAgain(failure)));
}

export function RunActions() {
  const run = useLab((lab) => lab.run);
  const blocked = useLab((lab) => whatComesFirst(lab) !== null);
  const gpuReady = useLab((lab) => lab.gpu.state === "ready");
  const looksOn = useLooksOn();
  const { train, pause, resume, stop } = useCommands();

  if (looksOn) return <Downloads run={run} />;

  switch (run.state) {
    case "running":
    case "pausing":
    case "stopping":
      return (
        <>
          <Downloads run={run} />
          <SettledButton key="stop" disabled={run.state === "stopping"} onClick={stop}>
            Stop
          </SettledButton>
          <SettledButton key="pause" variant="filled" disabled={run.state !== "running"} onClick={pause}>
            Pause
          </SettledButton>
        </>
      );
    case "paused":
      return (
        <>
          <Downloads run={run} />
          <SettledButton key="stop" onClick={stop}>
            Stop
          </SettledButton>
          <SettledButton key="resume" variant="filled" onClick={resume}>
            Resume
          </SettledButton>
        </>
      );
    case "idle":
    case "done":
    case "stopped":
    case "failed": {
      const goOn = canGoOn(run);
      return (
        <>
          <Downloads run={run} />
          <Button variant={goOn ? "default" : "filled"} disabled={blocked} onClick={() => void train()}>
            Train
          </Button>
          {goOn && (
            <Button variant="filled" disabled={!gpuReady} onClick={resume}>
              Resume
            </Button>
          )}
        </>
      );
    }
  }
}

function Downloads({ run: { trial } }: { run: RunState }) {
  const { downloadWeights, downloadTrial } = useCommands();
  if (!trial?.checkpoints.last) return null;
  return (
    <>
      <Button onClick={() => void downloadWeights()}>Download weights</Button>
      <Button onClick={() => void downloadTrial()}>Download trial</Button>
    </>
  );
}
