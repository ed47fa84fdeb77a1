// Step 2: how many positives against how many negatives, before and after, and what is set aside for it.
import { Button } from "@mantine/core";
import type { SampleSummary, TargetCounts } from "../../protocol/dataset";
import { useCommands, useLab } from "../labContext";
import { FigureRows, SplitBar } from "../parts/Figures";
import { CheckField, NumberField, SelectField } from "../parts/fields";
import { formatCount } from "../parts/format";
import { FailureNotice, Notice } from "../parts/Notice";
import { Panel } from "../parts/Panel";
import { PreparationState, PrepareActions, usePreparing } from "../parts/Preparing";
import partsStyles from "../parts/parts.module.css";
import { StepHeader } from "../parts/StepHeader";
import { useCounts } from "../parts/useCounts";
import styles from "./balance.module.css";
import { describeBalance } from "./describeBalance";
import { WAYS, WayCards } from "./WayCards";

export function BalanceStep() {
  const failure = useLab((lab) => lab.sample.failure);
  const isOpen = useLab((lab) => lab.sample.summary !== null);
  const counts = useCounts();
  const settings = useLab((lab) => lab.settings);
  const preparing = usePreparing();
  const { goTo } = useCommands();
  const isTest = settings.validation === "all";
  if (!isOpen) {
    return (
      <>
        <StepHeader title="Balance">How many positives are trained against how many negatives.</StepHeader>
        <FailureNotice failure={failure} title="The films could not be counted" />
        <Notice tone="note" actions={<Button onClick={() => goTo("dataset")}>Go to Dataset</Button>}>
          Choose a dataset first: then the labels are counted, and the four ways to balance them stand here.
        </Notice>
      </>
    );
  }
  return (
    <>
      <StepHeader title="Balance" actions={<PrepareActions />}>
        {counts ? describeBalance(counts, settings) : "How many positives are trained against how many negatives."}
      </StepHeader>
      <PreparationState />
      <FailureNotice failure={failure ?? counts?.problem ?? null} title="Nothing can be trained from this choice" />
      <div className={partsStyles.columns}>
        <div className={partsStyles.stack}>
          {counts && <BeforeAndAfter summary={counts} />}
          {counts && !isTest && <WayCards before={counts.before} disabled={preparing} />}
        </div>
        <div className={partsStyles.stack}>
          {!isTest && <HowFilmsAreDrawn disabled={preparing} />}
          {counts && <WhatIsPrepared summary={counts} isTest={isTest} />}
        </div>
      </div>
    </>
  );
}

function HowFilmsAreDrawn({ disabled }: { disabled: boolean }) {
  const settings = useLab((lab) => lab.settings);
  const { changeSettings } = useCommands();
  return (
    <Panel title="How films are drawn">
      <SelectField
        label="Balance"
        value={settings.balance}
        options={WAYS.map(({ balance, name }) => ({ value: balance, label: name }))}
        disabled={disabled}
        onChange={(balance) => changeSettings({ balance })}
      />
      <NumberField
        label="Epochs"
        value={settings.epochs}
        min={1}
        max={1000}
        disabled={disabled}
        onChange={(epochs) => changeSettings({ epochs })}
      />
      {settings.balance === "undersample" && (
        <CheckField
          label="Fresh films every epoch"
          checked={settings.freshEachEpoch}
          disabled={disabled}
          onChange={(freshEachEpoch) => changeSettings({ freshEachEpoch })}
        />
      )}
    </Panel>
  );
}

function WhatIsPrepared({ summary, isTest }: { summary: SampleSummary; isTest: boolean }) {
  const { epochFilms, train, valid, targets } = summary;
  const heldOut = isTest ? "Test" : "Validation";
  const training = [
    { name: "Films of one epoch", value: formatCount(epochFilms) },
    { name: "Training", value: `${formatCount(train.positives)} + ${formatCount(train.negatives)}` },
  ];
  return (
    <Panel title="What is prepared">
      <FigureRows
        rows={[
          ...(isTest ? [] : training),
          { name: heldOut, value: `${formatCount(valid.positives)} + ${formatCount(valid.negatives)}` },
          ...targets
            .slice(1)
            .flatMap(({ target, train, valid }) => [
              ...(isTest ? [] : [{ name: `${target}, training`, value: formatTargetCounts(train) }]),
              { name: `${target}, ${heldOut.toLowerCase()}`, value: formatTargetCounts(valid) },
            ]),
          { name: "Films to prepare", value: formatCount(summary.filmsToPrepare) },
        ]}
      />
    </Panel>
  );
}

function formatTargetCounts({ positives, negatives, unknown }: TargetCounts): string {
  const known = `${formatCount(positives)} + ${formatCount(negatives)}`;
  return unknown > 0 ? `${known}, ${formatCount(unknown)} unknown` : known;
}

function BeforeAndAfter({ summary }: { summary: SampleSummary }) {
  const { before, after, setAside } = summary;
  const whole = Math.max(before.films, after.films);
  return (
    <Panel title="Before and after" aside={setAside > 0 ? `${formatCount(setAside)} set aside` : "none set aside"}>
      <div className={styles.bars}>
        {[
          { name: "Before", part: before },
          { name: "After", part: after },
        ].map(({ name, part }) => (
          <div key={name}>
            <span>{name}</span>
            <SplitBar
              tall
              whole={whole}
              parts={[
                { name: "positive", value: part.positives, color: "var(--positive)" },
                { name: "negative", value: part.negatives, color: "var(--negative)" },
              ]}
            />
            <p>
              <b data-class="positive">{formatCount(part.positives)} positive</b>
              <b data-class="negative">{formatCount(part.negatives)} negative</b>
            </p>
          </div>
        ))}
      </div>
    </Panel>
  );
}
