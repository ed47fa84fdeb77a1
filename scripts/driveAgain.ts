// What a person does in the page to run a trial again from its downloaded file, for `npm run train -- --trial`.
import { readFileSync } from "node:fs";
import type { SampleSummary } from "../src/protocol/dataset";
import { listNeeded } from "../src/protocol/gpuFeatures";
import { demandTraining } from "../src/protocol/testSet";
import {
  checkCard,
  choose,
  type Driven,
  type DriveOptions,
  goToStep,
  openData,
  prepareFilms,
  prepareLab,
  trainAndEvaluate,
} from "./driveLab";
import type { OpenedLab } from "./openLab";
import { applySettingFlags } from "./settingFlags";

export interface AgainOptions extends Pick<DriveOptions, "data" | "csv" | "weights" | "settings" | "tta" | "pytorch" | "out"> {
  /** The trial's JSON. */
  trial: string;
  /** Refuses to start where anything is another than the file says. */
  strict: boolean;
}

/** File in, folder in, prepare, compare, train, evaluate, download. Rejects with the page's own sentence, or with what differs. */
export async function driveAgain(lab: OpenedLab, options: AgainOptions): Promise<Driven> {
  const { page, waitFor } = lab;
  const started = Date.now();
  await prepareLab(page, options);
  await goToStep(page, "Trials");
  await choose(page, "Run a trial again", options.trial);
  await waitFor("again");
  if (options.weights) {
    await goToStep(page, "LR Find");
    await choose(page, "Choose weights file", options.weights);
    await waitFor("weights");
  }
  await goToStep(page, "Dataset");
  await openData(page, options);
  await waitFor("takenOver");
  await goToStep(page, "LR Find");
  await checkCard(lab, listNeeded(JSON.parse(readFileSync(options.trial, "utf8")).settings));
  await applySettingFlags(page, options.settings ?? []);
  await goToStep(page, "Dataset");
  await prepareFilms(page);
  const { summary } = await waitFor("prepared");
  demandTraining(summary as SampleSummary);
  const differences = (await waitFor("differences")).differences as string[];
  if (options.strict && differences.length > 0) {
    throw new Error(`With --strict a trial is run again only where nothing differs: ${differences.join(" ")}`);
  }
  await goToStep(page, "Train");
  return trainAndEvaluate(lab, options, started);
}
