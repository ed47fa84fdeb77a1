// Step 3: the learning rate finder, its curve, and the pick.
import { Button } from "@mantine/core";
import { lazy } from "react";
import type { FinderState } from "../../app/state";
import { useCommands, useLab } from "../labContext";
import { BudgetNotice } from "../parts/BudgetNotice";
import { CompileProgress } from "../parts/CompileProgress";
import { DataTable } from "../parts/DataTable";
import { Figure } from "../parts/Figure";
import { formatArchitecture, formatLr, formatMetric } from "../parts/format";
import { JobProgress } from "../parts/JobProgress";
import { MemoryPanel } from "../parts/MemoryPanel";
import { FailureNotice } from "../parts/Notice";
import { Panel } from "../parts/Panel";
import partsStyles from "../parts/parts.module.css";
import { whatComesFirst } from "../parts/ready";
import { SettledButton } from "../parts/SettledButton";
import { StepHeader } from "../parts/StepHeader";
import { TrainingFields } from "../parts/TrainingFields";
import { WeightsPanel } from "../parts/WeightsPanel";
import { roundLr } from "./curve";
import styles from "./finder.module.css";

const FinderChart = lazy(async () => ({ default: (await import("./FinderChart")).FinderChart }));

export function FinderStep() {
  const finder = useLab((lab) => lab.finder);
  const maxLr = useLab((lab) => lab.settings.maxLr);
  const first = useLab(whatComesFirst);
  const isPrepared = useLab((lab) => lab.preparation.sample !== null);
  const { pickMaxLr } = useCommands();
  const isBusy = finder.state === "running" || finder.state === "stopping";
  const suggestions = finder.result?.suggestions ?? null;
  return (
    <>
      <StepHeader title="LR Find" actions={<FinderActions />}>
        <FinderSentence />
      </StepHeader>
      {isBusy && <CompileProgress progress={finder.compiling} />}
      {isBusy && !finder.compiling && (
        <JobProgress
          name="Steps of the finder"
          done={finder.points.length}
          total={finder.steps}
          unit="steps"
          words={describeProgress(finder)}
        />
      )}
      {!isBusy && <BudgetNotice />}
      <FailureNotice failure={finder.failure} title="The learning rate could not be looked for" />
      <div className={partsStyles.columns}>
        <Figure
          label="LR finder chart"
          title="Loss against learning rate"
          legend={[
            { name: "smoothed", color: "var(--accent)" },
            { name: "each batch", color: "color-mix(in srgb, var(--accent) 40%, transparent)" },
            { name: "max LR", color: "var(--lr)" },
          ]}
          table={() => (
            <DataTable
              caption="Loss at each learning rate"
              columns={["learning rate", "loss", "smoothed loss"]}
              rows={finder.points.map(({ lr, loss, smoothed }) => ({
                key: lr,
                cells: [formatLr(lr), formatMetric(loss), formatMetric(smoothed)],
              }))}
            />
          )}
        >
          {finder.points.length > 1 ? (
            <FinderChart
              points={finder.points}
              isComplete={finder.state === "done"}
              suggestions={suggestions}
              maxLr={maxLr}
              onPick={pickMaxLr}
            />
          ) : (
            <p className={styles.emptyPlot}>
              {first && !isBusy && !isPrepared
                ? first
                : "The finder trains a copy for a hundred batches while the rate grows from 1e-7 to 10, and draws where the loss falls fastest."}
            </p>
          )}
        </Figure>
        <div className={partsStyles.stack}>
          <Panel title="Which network, how long">
            <TrainingFields disabled={isBusy} />
          </Panel>
          {suggestions && (
            <Panel title="Suggestions">
              <div className={styles.suggestions}>
                <SuggestionButton name="Steepest" lr={suggestions.steepest} words="where the smoothed loss falls fastest" />
                <SuggestionButton
                  name="Minimum / 10"
                  lr={suggestions.minimumOver10}
                  words="a tenth of where the loss is lowest"
                />
              </div>
            </Panel>
          )}
          <MemoryPanel disabled={isBusy} />
          <WeightsPanel title="Begins from" withoutFile="fresh weights" disabled={isBusy} />
        </div>
      </div>
    </>
  );
}

function FinderActions() {
  const { state, result } = useLab((lab) => lab.finder);
  const maxLr = useLab((lab) => lab.settings.maxLr);
  const blocked = useLab((lab) => whatComesFirst(lab) !== null);
  const { findLr, stopFinder, train } = useCommands();
  if (state === "running" || state === "stopping") {
    return (
      <SettledButton disabled={state === "stopping"} onClick={stopFinder}>
        Stop
      </SettledButton>
    );
  }
  return (
    <>
      <Button variant={result ? "default" : "filled"} disabled={blocked} onClick={() => void findLr()}>
        LR Find
      </Button>
      {result && (
        <Button variant="filled" disabled={blocked} onClick={() => void train()}>
          Train at {formatLr(maxLr)}
        </Button>
      )}
    </>
  );
}

function FinderSentence() {
  const { state, result } = useLab((lab) => lab.finder);
  const first = useLab(whatComesFirst);
  const { arch, imageSize, batchSize } = useLab((lab) => lab.settings);
  if (state === "running")
    return "The rate grows with every batch. Weights, optimiser and generators are put back as they were at the end.";
  if (state === "stopping") return "Stopping after the step under way.";
  if (result) return "Click or drag on the curve, or use the arrow keys on it, to pick the max LR.";
  return first ?? `Ready: ${formatArchitecture(arch)} at ${imageSize} px, ${batchSize} films a batch.`;
}

function describeProgress({ phase, points, steps }: FinderState): string {
  if (phase === "compiling") return "Taking memory on the GPU";
  if (phase === "opening") return "Opening films and weights";
  return `Step ${points.length} of ${steps}`;
}

function SuggestionButton({ name, lr, words }: { name: string; lr: number | null; words: string }) {
  const maxLr = useLab((lab) => lab.settings.maxLr);
  const { pickMaxLr } = useCommands();
  if (lr === null) return <p className={styles.noSuggestion}>{name}: the curve has none.</p>;
  return (
    <button type="button" aria-pressed={roundLr(maxLr) === roundLr(lr)} onClick={() => pickMaxLr(lr)}>
      <b>
        {name} <em>{formatLr(lr)}</em>
      </b>
      <span>{words}</span>
    </button>
  );
}
