// The action `Prepare films` and how it goes, offered on the two steps that decide which films are prepared.
import { Button } from "@mantine/core";
import { preparedTestSet } from "../../app/evaluated";
import { useCommands, useLab } from "../labContext";
import { formatBytes, formatCount, formatDuration, formatRate } from "./format";
import { JobProgress } from "./JobProgress";
import { FailureNotice } from "./Notice";
import { SettledButton } from "./SettledButton";

export function usePreparing(): boolean {
  return useLab(({ preparation: { state } }) => state === "running" || state === "stopping");
}

/** What is prepared is trained on next, and a test set is evaluated. */
export function PrepareActions() {
  const preparation = useLab((lab) => lab.preparation);
  const possible = useLab(({ sample }) => sample.state === "ready" && sample.summary !== null && sample.summary.problem === null);
  const isTest = useLab((lab) => preparedTestSet(lab) !== null);
  const { prepareFilms, stopPreparing, goTo } = useCommands();
  const isRunning = preparation.state === "running" || preparation.state === "stopping";
  const ready = preparation.sample !== null;
  // One button for both, and never disabled under way, so that it keeps the focus of who presses it by key.
  return (
    <>
      <SettledButton
        variant={ready || isRunning ? "default" : "filled"}
        disabled={!possible && !isRunning}
        onClick={isRunning ? stopPreparing : () => void prepareFilms()}
      >
        {isRunning ? "Stop" : "Prepare films"}
      </SettledButton>
      {ready && (
        <Button variant="filled" onClick={() => goTo(isTest ? "evaluate" : "finder")}>
          Next step
        </Button>
      )}
    </>
  );
}

export function PreparationState() {
  const { state, progress, failure } = useLab((lab) => lab.preparation);
  if (failure) return <FailureNotice failure={failure} title="The films could not be prepared" />;
  if (state !== "running" && state !== "stopping") return null;
  if (!progress) return <JobProgress name="Films prepared" done={0} total={0} words="Starting to read films" />;
  const { done, total, failed, reused, filmsPerSecond, secondsLeft, bytes } = progress;
  const words = [
    `${formatCount(done)} of ${formatCount(total)} films`,
    filmsPerSecond > 0 && `${formatRate(filmsPerSecond)} films a second`,
    filmsPerSecond > 0 && `${formatDuration(secondsLeft)} left`,
    formatBytes(bytes),
    reused > 0 && `${formatCount(reused)} were ready from earlier`,
    failed > 0 && `${formatCount(failed)} could not be read`,
  ];
  return <JobProgress name="Films prepared" done={done} total={total} words={words.filter(Boolean).join(" · ")} />;
}
