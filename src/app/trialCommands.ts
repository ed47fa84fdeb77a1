// Commands on what was trained: what is said of it, how it is looked at, files to take away. Deleting is deletionCommands.ts; what the next
// trial begins from is weightsCommands.ts.

import { FORMAT_ENDINGS } from "../protocol/export";
import { LabError, toFailure } from "../protocol/labError";
import type { WhichWeights } from "../protocol/training";
import type { LabContext } from "./context";
import { formatPredictions, formatTable } from "./downloads";
import { formatLr } from "./format";
import type { LabCommands } from "./labCommands";
import { type ModelCard, makeModelCard, tellPrograms } from "./modelCard";
import { formatModelCard } from "./modelCardText";
import { nameWeights } from "./offeredWeights";
import { listPredictions } from "./predictions";
import { readFigures } from "./readFigures";
import { saveFile, saveText } from "./save";

type TrialCommands = Pick<
  LabCommands,
  | "changeTrialsView"
  | "annotateTrial"
  | "downloadTable"
  | "downloadWeights"
  | "downloadModel"
  | "downloadModelCard"
  | "downloadTrial"
  | "downloadTorchBundle"
  | "downloadPredictions"
>;

export function createTrialCommands(context: LabContext): TrialCommands {
  const { store, workers, patch, say } = context;

  const errand = async (work: () => Promise<string>) => void (await context.errand(work));

  function trialId(id: number | undefined): number {
    const shown = id ?? store.getState().run.trial?.id;
    if (shown === undefined) throw new LabError("badSettings", "There is no trial to download yet: train one first.");
    return shown;
  }

  async function readCard(id: number, which: WhichWeights): Promise<{ card: ModelCard; notices: string[] }> {
    const trial = store.getState().trials.find((one) => one.id === id);
    if (!trial) throw new LabError("badSettings", `Trial ${id} is not here any more.`);
    const { sha256, notices } = await workers.training.hashWeights(id, which);
    // What the last epochs' mean says of the validation films is not kept.
    const read = which === "average" ? null : await readFigures(context, trial, which);
    const weights = { which, name: nameWeights(id, which), sha256 };
    return { card: makeModelCard(trial, weights, read?.figures ?? null), notices };
  }

  return {
    changeTrialsView: (change) => patch("trialsView", change),
    async annotateTrial(id, remarks) {
      try {
        const { note, star } = await workers.training.annotateTrial(id, remarks);
        store.setState(({ trials }) => ({ trials: trials.map((one) => (one.id === id ? { ...one, note, star } : one)) }));
      } catch (error) {
        say(toFailure(error).message);
      }
    },
    downloadTable(name, head, rows) {
      saveText(name, formatTable(head, rows), "text/csv");
      say(`${name} is in your downloads.`);
    },
    downloadWeights: (id, which = "last") =>
      errand(async () => {
        const trial = trialId(id);
        const name = `${nameWeights(trial, which)}.safetensors`;
        const { bytes, notices } = await workers.training.exportWeights(trial, which);
        saveFile(name, bytes, "application/octet-stream");
        return [...notices, `${name} is in your downloads.`].join(" ");
      }),
    downloadModel: (id, which, format) =>
      errand(async () => {
        const name = `${nameWeights(id, which)}${FORMAT_ENDINGS[format]}`;
        say(`Writing ${name} and trying it on the graphics card.`);
        const facts = tellPrograms((await readCard(id, which)).card);
        const { file, notices, distance } = await workers.training.exportModel(id, which, format, facts);
        saveFile(name, file, file.type || "application/octet-stream");
        return [
          ...notices,
          `${name} is in your downloads: it was run, and gives this lab's logits to ${formatLr(distance)}.`,
        ].join(" ");
      }),
    downloadModelCard: (id, which, format) =>
      errand(async () => {
        const name = `${nameWeights(id, which)}-card.${format}`;
        say(`Writing ${name}.`);
        const { card, notices } = await readCard(id, which);
        if (format === "md") saveText(name, formatModelCard(card), "text/markdown");
        else saveText(name, `${JSON.stringify(card, null, 2)}\n`, "application/json");
        return [...notices, `${name} is in your downloads.`].join(" ");
      }),
    downloadTrial: (id) =>
      errand(async () => {
        const trial = trialId(id);
        const name = `trial-${trial}.json`;
        saveText(name, await workers.training.exportTrial(trial), "application/json");
        return `${name} is in your downloads.`;
      }),
    downloadTorchBundle: (id, withFilms) =>
      errand(async () => {
        const name = `trial-${id}-torch${withFilms ? "-films" : ""}.zip`;
        say(`Writing ${name}.`);
        const { file, notices } = await workers.training.exportTorchBundle(id, withFilms);
        saveFile(name, file, "application/zip");
        return [...notices, `${name} is in your downloads: unpack it, and README.md says how to go on.`].join(" ");
      }),
    downloadPredictions() {
      const { name, evaluation } = store.getState().evaluation;
      if (evaluation) saveText(`${name}-predictions.csv`, formatPredictions(listPredictions(evaluation)), "text/csv");
    },
  };
}
