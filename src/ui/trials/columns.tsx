// Every column that the table of trials can have: the one list that its heads, sorting, chooser, filter, details and CSV come from.
import type { Cell } from "../../app/downloads";
import { scoresOf } from "../../app/offeredWeights";
import { chooseBudget } from "../../protocol/budget";
import { nameSetting } from "../../protocol/settingNames";
import { DEFAULT_SETTINGS, type TrialSettings } from "../../protocol/settings";
import { listKept } from "../../protocol/storage";
import type { Trial, TrialState } from "../../protocol/training";
import { writeSetting } from "../options/settingWords";
import { describeCheck } from "../parts/describeCheck";
import {
  formatBatch,
  formatBytes,
  formatCount,
  formatDuration,
  formatInterval,
  formatLr,
  formatMemory,
  formatMetric,
  formatTargets,
} from "../parts/format";
import { firstWords } from "./firstWords";
import type { Column, TrialTableRow } from "./table";
import styles from "./trialTable.module.css";

const STATE_WORDS: Record<TrialState, string> = {
  ready: "not started",
  running: "under way",
  paused: "paused",
  interrupted: "interrupted",
  stopped: "stopped",
  finished: "finished",
  failed: "failed",
};

/** What a column needs to say of itself; the rest follows. */
type Described = Pick<Column, "name" | "title" | "group" | "value"> & Partial<Column>;

const column = ({ text, ...described }: Described): Column => ({
  isNumeric: false,
  isSearched: false,
  width: 110,
  text: (row) => text?.(row) ?? String(described.value(row) ?? ""),
  ...described,
});

const ofTrial = (name: string, title: string, value: (trial: Trial) => string | null, more: Partial<Column> = {}) =>
  column({ name, title, group: "trial", value: ({ trial }) => value(trial), ...more });

type Format = (value: number) => string;

/** A number of the trial, right-aligned; empty where there is none. */
function figure(
  name: string,
  title: string,
  group: Column["group"],
  value: (trial: Trial) => number | null | undefined,
  format: Format,
  more: Partial<Column> = {},
): Column {
  const read = ({ trial }: TrialTableRow) => value(trial) ?? null;
  const text = (row: TrialTableRow) => {
    const cell = read(row);
    return cell === null ? "" : format(cell);
  };
  return column({ name, title, group, value: read, text, isNumeric: true, width: 84, ...more });
}

const intervalOf = (trial: Trial) => scoresOf(trial)?.aurocInterval ?? null;

/** A list is one cell, its entries apart by semicolons. */
function settingCell(settings: TrialSettings, name: keyof TrialSettings): Cell {
  if (name === "moreTargets") return settings.moreTargets.map(({ target }) => target).join("; ");
  const value = settings[name];
  return Array.isArray(value) ? value.join("; ") : value;
}

function setting(name: keyof TrialSettings, more: Partial<Column> = {}): Column {
  const isNumeric = typeof DEFAULT_SETTINGS[name] === "number";
  return column({
    name,
    title: nameSetting(name),
    group: "settings",
    value: ({ trial }) => settingCell(trial.settings, name),
    text: ({ trial }) => writeSetting(name, trial.settings),
    isNumeric,
    ...more,
  });
}

const MAIN_SETTINGS = [
  setting("target", { text: ({ trial }) => formatTargets(trial.settings), width: 118, rank: 4, isSearched: true }),
  setting("arch", { width: 112, rank: 6, isSearched: true }),
  setting("imageSize", { text: ({ trial }) => `${trial.settings.imageSize}\u00a0px`, width: 62, rank: 8 }),
  setting("epochs", { width: 66, rank: 9 }),
  setting("maxLr", { text: ({ trial }) => formatLr(trial.settings.maxLr), width: 72, rank: 7 }),
  setting("batchSize", { text: ({ trial }) => formatBatch(trial.settings) }),
  setting("schedule"),
  setting("moreTargets", { isSearched: true }),
];

const OTHER_SETTINGS = (Object.keys(DEFAULT_SETTINGS) as (keyof TrialSettings)[])
  .filter((name) => !MAIN_SETTINGS.some((main) => main.name === name))
  .map((name) => setting(name));

export const COLUMNS: readonly Column[] = [
  figure("trial", "Trial", "trial", ({ id }) => id, String, {
    draw: ({ trial }) => <b>{trial.id}</b>,
    isSearched: true,
    width: 58,
    rank: 0,
  }),
  column({
    name: "star",
    title: "Star",
    group: "trial",
    value: ({ trial }) => trial.star,
    text: ({ trial }) => (trial.star ? "★" : ""),
    draw: ({ trial }) => (
      <span data-star={trial.star ? "starred" : "plain"} className={styles.star}>
        {trial.star ? "★" : "☆"}
      </span>
    ),
    width: 46,
    rank: 3,
  }),
  column({
    name: "state",
    title: "State",
    group: "trial",
    value: ({ trial, isLive }) => STATE_WORDS[isLive ? "running" : trial.state],
    draw: drawState,
    isSearched: true,
    width: 106,
    rank: 1,
  }),
  ...MAIN_SETTINGS.slice(0, 5),
  figure("auroc", "AUROC", "result", (trial) => scoresOf(trial)?.auroc, formatMetric, { draw: drawAuroc, width: 124, rank: 2 }),
  figure("aurocLow", "AUROC from", "result", (trial) => intervalOf(trial)?.low, formatMetric),
  figure("aurocHigh", "AUROC to", "result", (trial) => intervalOf(trial)?.high, formatMetric),
  figure("accuracy", "Accuracy", "result", (trial) => scoresOf(trial)?.accuracy, formatMetric),
  figure("validLoss", "Validation loss", "result", (trial) => scoresOf(trial)?.validLoss, formatMetric, { width: 92 }),
  figure("bestEpoch", "Best epoch", "result", (trial) => oneBased(scoresOf(trial)?.epoch), String),
  figure("trainLoss", "Training loss", "result", ({ epochs }) => epochs.at(-1)?.trainLoss, formatMetric),
  figure("seconds", "Time", "result", ({ seconds }) => seconds, formatDuration, { width: 96, rank: 5 }),
  figure("stepsDone", "Steps done", "result", ({ stepsDone }) => stepsDone, formatCount),
  figure("stepsTotal", "Steps in all", "result", ({ stepsTotal }) => stepsTotal, formatCount),
  figure("keptBytes", "Kept", "result", keptBytes, formatBytes),
  ofTrial("parent", "Parent", ({ parent }) => parent, { isSearched: true, width: 92, rank: 10 }),
  ofTrial("replaced", "Drawn anew", ({ beginning }) => beginning?.replaced ?? null, { width: 200 }),
  ofTrial("earlyEnd", "Ended early", ({ earlyEnd }) => earlyEnd ?? null, { width: 200 }),
  ofTrial("failure", "Failure", ({ failure }) => failure?.message ?? null, { width: 240 }),
  ofTrial("origin", "Imported", ({ origin }) => (origin ? `${origin.file}, was trial ${origin.trial}` : null), { width: 160 }),
  ofTrial("again", "Repeats", ({ again }) => (again ? `${again.trial} of ${again.file}` : null), { width: 160 }),
  ofTrial("createdAt", "Begun", ({ createdAt }) => createdAt, { text: ({ trial }) => formatDate(trial.createdAt), width: 130 }),
  ofTrial("dataset", "Dataset", ({ dataset }) => dataset.name, { width: 140 }),
  figure("trainFilms", "Training films", "trial", ({ sample }) => sample.train.films, formatCount),
  figure("validFilms", "Validation films", "trial", ({ sample }) => sample.valid.films, formatCount, { width: 92 }),
  ofTrial("adapter", "Graphics card", ({ adapter }) => adapter?.name ?? null, { text: ({ trial }) => formatAdapter(trial) }),
  ofTrial("gpuCheck", "Card check", ({ gpuCheck }) => describeCheck(gpuCheck), { width: 140 }),
  ...MAIN_SETTINGS.slice(5),
  ...OTHER_SETTINGS,
  ofTrial("note", "Note", ({ note }) => note, {
    draw: ({ trial }) => firstWords(trial.note, 60),
    isSearched: true,
    width: 136,
    rank: 11,
  }),
];

function drawState({ trial, isLive }: TrialTableRow) {
  const { state, stepsDone, stepsTotal, earlyEnd, epochs, settings } = trial;
  return (
    <span data-state={isLive ? "live" : state} className={styles.state}>
      {STATE_WORDS[isLive ? "running" : state]}
      {state !== "finished" && !isLive && (
        <small>
          {formatCount(stepsDone)} of {formatCount(stepsTotal)}
        </small>
      )}
      {earlyEnd && (
        <small>
          at epoch {epochs.length} of {settings.epochs}
        </small>
      )}
    </span>
  );
}

function drawAuroc({ trial, isBest }: TrialTableRow) {
  const auroc = scoresOf(trial)?.auroc;
  const interval = intervalOf(trial);
  if (auroc == null) return null;
  return (
    <>
      <span data-best={isBest || undefined}>{formatMetric(auroc)}</span>
      {interval && <small>{formatInterval(interval)}</small>}
    </>
  );
}

function oneBased(epoch: number | null | undefined): number | null {
  return epoch == null ? null : epoch + 1;
}

function keptBytes({ checkpoints }: Trial): number {
  return listKept(checkpoints).reduce((sum, { bytes }) => sum + bytes, 0);
}

function formatAdapter({ adapter, settings }: Trial): string {
  return adapter ? `${adapter.name}, ${formatMemory(chooseBudget(adapter, settings.gpuBudgetMiB))}` : "";
}

const dates = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });

function formatDate(iso: string): string {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? iso : dates.format(date);
}
