// A trained network as a file that is handed over only where, tried, it holds: read back to the same bits, or, in a format of others, run to the
// logits that the lab's own engine gives.
import { drawAnatomy, drawExposure, drawFilm } from "../data/drawn/drawnFilm";
import { beforeTraining, type Engine } from "../nn/engine";
import type { ExportedModel, NormalisedImages } from "../nn/exports/formats";
import { createRandom } from "../nn/random";
import { describeWeights } from "../nn/weights";
import { type ExportFormat, FORMAT_NAMES, type TriedFile } from "../protocol/export";
import { LabError } from "../protocol/labError";
import { CHANNEL_MOMENTS, IN_FLOATS, type Normalisation, WITHOUT_FEATURES } from "../protocol/settings";
import type { WeightsFile, WeightsHash, WhichWeights } from "../protocol/training";
import { sha256 } from "../storage/sha256";
import { writeZip, type ZipSource } from "../storage/zip";
import { describeKept, exportKept } from "./loadWeights";
import type { Tools, Workbench } from "./workbench";

/** A network of convolutions reads all its weights at any size: the least that all of its windows fit in well. */
const SIZE = 64;
const FILMS = 2;
/** Of a logit, or of 1 where that is less. */
const TOLERANCE = 1e-4;

/** Of the file that `exportWeights` gives, which stays here. @throws LabError weightsUnreadable, checkpointDamaged */
export async function hashWeights(tools: Tools, trialId: number, which: WhichWeights): Promise<WeightsHash> {
  const notices: string[] = [];
  const { bytes } = await exportKept(tools, await tools.trials.read(trialId), which, (notice) => notices.push(notice));
  return { sha256: await sha256(bytes), notices };
}

/** The weights as safetensors, read back and compared to the bit. @throws LabError weightsUnreadable, checkpointDamaged, exportDiffers */
export async function exportWeights(tools: Tools, trialId: number, which: WhichWeights): Promise<WeightsFile> {
  const trial = await tools.trials.read(trialId);
  const notices: string[] = [];
  const { model, info, bytes } = await exportKept(tools, trial, which, (notice) => notices.push(notice));
  const read = tools.readWeights(bytes, `The weights file of trial ${trialId}`, info.arch);
  for (const [name, { data }] of model) {
    const back = read.model.get(name)?.data;
    if (back?.length === data.length && back.every((value, at) => Object.is(value, data[at]))) continue;
    throw new LabError(
      "exportDiffers",
      `The weights file of trial ${trialId} was not handed over: read back, ${name} is not what was written. Try again; if it stays so, the memory of this machine cannot be trusted.`,
      name,
    );
  }
  return { bytes, notices };
}

export interface ExportRequest {
  trialId: number;
  which: WhichWeights;
  format: ExportFormat;
  /** What its metadata says beside what any weights file of the lab does. */
  facts: Record<string, string>;
}

/** @throws LabError weightsUnreadable, checkpointDamaged, exportDiffers, outOfGpuMemory */
export async function exportModel(
  tools: Tools,
  workbench: Workbench,
  { trialId, which, format, facts }: ExportRequest,
): Promise<TriedFile> {
  const trial = await tools.trials.read(trialId);
  const notices: string[] = [];
  const { model, info, origin } = await describeKept(tools, trial, which, (notice) => notices.push(notice));
  const metadata = { ...describeWeights(info, origin), ...facts };
  const exported = tools.exports[format](model, info, metadata, tools.versions.lab ?? "");
  const sample = await tools.trials.readSample(trialId);
  const name = `${FORMAT_NAMES[format]} of trial ${trialId}`;
  // In floats whatever it was trained in: halves cost more than the tolerance.
  const distance = await workbench.lend(
    { ...trial.settings, ...IN_FLOATS, ...WITHOUT_FEATURES },
    sample,
    () => {},
    async ({ engine }) => {
      engine.restore(beforeTraining(model));
      return tryExport(exported, engine, info.normalisation, name);
    },
  );
  const { files } = exported;
  const file = files.length > 1 ? await writeZip(files.map(toEntry)) : new Blob(files.map(({ bytes }) => bytes));
  return { file, notices, distance };
}

const toEntry = ({ name, bytes }: ExportedModel["files"][number]): ZipSource => ({ name, content: [bytes] });

/** How far the file's logits are from the engine's at most, as the tolerance counts. @throws LabError exportDiffers */
export async function tryExport(
  { run }: Pick<ExportedModel, "run">,
  engine: Pick<Engine, "predict">,
  normalisation: Normalisation,
  name: string,
): Promise<number> {
  const films = drawFilms();
  const images = { kind: "films", data: films, size: SIZE } as const;
  const wanted = await engine.predict({ count: FILMS, images, targets: new Float32Array() });
  const given = await run(normalise(films, normalisation));
  const distance = (logit: number, at: number) => Math.abs((given[at] ?? Number.NaN) - logit) / Math.max(1, Math.abs(logit));
  const worst = Math.max(...Array.from(wanted, distance));
  if (worst <= TOLERANCE) return worst;
  throw new LabError(
    "exportDiffers",
    `${name} was not handed over: tried on ${FILMS} drawn films, its logits differ from the lab's by up to ${worst.toPrecision(2)}. Take the weights as safetensors, which are the network's own numbers, or try again on another graphics card.`,
  );
}

function drawFilms(): Uint8Array {
  const random = createRandom(0, "drawn");
  const films = new Uint8Array(FILMS * SIZE * SIZE);
  for (let film = 0; film < FILMS; film++) {
    films.set(drawFilm(drawAnatomy(random, 0.5), drawExposure(random), SIZE, random), film * SIZE * SIZE);
  }
  return films;
}

function normalise(films: Uint8Array, normalisation: Normalisation): NormalisedImages {
  const pixels = SIZE * SIZE;
  const { mean, std } = CHANNEL_MOMENTS[normalisation];
  const data = Float32Array.from({ length: films.length * mean.length }, (_, at) => {
    const channel = Math.floor(at / pixels) % mean.length;
    const film = Math.floor(at / (pixels * mean.length));
    return (films[film * pixels + (at % pixels)]! / 255 - mean[channel]!) / std[channel]!;
  });
  return { data, shape: [FILMS, mean.length, SIZE, SIZE] };
}
