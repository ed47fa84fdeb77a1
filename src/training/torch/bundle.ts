// A trial as one ZIP file for PyTorch: train.py, the trial's JSON, its films' rows, its weights, and where asked for the prepared films. It is
// read back before it is handed over. What train.py makes of it stands there.
import Papa from "papaparse";
import { DENSENETS, listArrays } from "../../nn/densenet";
import type { NamedArrays } from "../../nn/engine";
import { initialise } from "../../nn/initialise";
import type { WeightsInfo } from "../../nn/weights";
import { FILM_KEY_BYTES, type PreparedPart, type PreparedSample, UNKNOWN_LABEL } from "../../protocol/dataset";
import type { ExportedFile } from "../../protocol/export";
import { LabError } from "../../protocol/labError";
import { toStepRecords } from "../../protocol/steps";
import { whyFilmsMustCome } from "../../protocol/torchBundle";
import type { Trial } from "../../protocol/training";
import { sha256 } from "../../storage/sha256";
import { readZip, writeZip, type ZipSource } from "../../storage/zip";
import { beginFrom, exportKept, findBeginning, loadWeights } from "../loadWeights";
import { formatTrial } from "../trials";
import type { Tools } from "../workbench";
import { writeReadme } from "./readme";
import program from "./train.py?raw";

const FORMAT_VERSION = 1;
const FILMS = "films.bin";
const ROWS = "sample.csv";
/** What the trial began from, and what it came to. */
const BEGIN = "begin.safetensors";
const LAST = "last.safetensors";

/** What train.py goes by beside the trial's own JSON. */
interface Manifest {
  formatVersion: number;
  trial: string;
  /** SHA-256 of the files beside it; of the films, which may be gigabytes, the ZIP's own checksum is all. */
  files: Record<string, string>;
  /** Of weights that are not among them: why, in a sentence. */
  missing: Record<string, string>;
  /** What is not repeated as it was, a sentence each. */
  notes: string[];
}

/**
 * @throws LabError badSettings where the films must come along or where they lie is not known, filmsNotPrepared, checkpointDamaged,
 * internal where what was written does not read back
 */
export async function writeTorchBundle(tools: Tools, trialId: number, withFilms: boolean): Promise<ExportedFile> {
  const trial = await tools.trials.read(trialId);
  const sample = await tools.trials.readSample(trialId);
  if (!withFilms) demandReadable(trial, sample);
  const notices: string[] = [];
  const notice = (sentence: string) => notices.push(sentence);
  const missing: Manifest["missing"] = {};
  const weights = new Map<string, ArrayBuffer>();

  const begin = await findBegin(tools, trial);
  if (begin) weights.set(BEGIN, begin);
  else missing[BEGIN] = lacksBeginning(trial);
  if (trial.checkpoints.last) weights.set(LAST, (await exportKept(tools, trial, "last", notice)).bytes);
  else
    missing[LAST] = `Trial ${trial.id} was not trained in the lab yet: it has no weights to continue from. Leave --continue out.`;

  const checkpoint = await tools.checkpoints.read(trial, "last", notice);
  const recipe = encode(formatTrial(trial, checkpoint ? toStepRecords(checkpoint.steps) : []));
  const rows = encode(writeRows(sample));
  const content = new Map<string, Uint8Array<ArrayBuffer>>([
    ["train.py", encode(program)],
    ["recipe.json", recipe],
    [ROWS, rows],
    ...Array.from(weights, ([name, bytes]) => [name, new Uint8Array(bytes)] as const),
  ]);
  const files: Manifest["files"] = {};
  for (const [name, bytes] of content) files[name] = await sha256(bytes);
  const manifest: Manifest = {
    formatVersion: FORMAT_VERSION,
    trial: `trial-${trial.id}`,
    files,
    missing,
    notes: listNotes(trial),
  };
  content.set("bundle.json", encode(`${JSON.stringify(manifest, null, 1)}\n`));
  content.set("README.md", encode(writeReadme(trial, sample, manifest, withFilms)));

  const folder = `trial-${trial.id}-torch/`;
  const entries: ZipSource[] = Array.from(content, ([name, bytes]) => ({ name: folder + name, content: [bytes] }));
  const file = await writeWithFilms(tools, entries, withFilms ? sample : null, folder);
  await verify(file, folder, files, sample, withFilms);
  return { file, notices: [...notices, ...Object.values(missing)] };
}

const encode = (text: string) => new TextEncoder().encode(text);

function demandReadable(trial: Trial, { train, valid }: PreparedSample): void {
  const why = whyFilmsMustCome(trial);
  const wayOut = "Take the bundle with the prepared films.";
  if (why)
    throw new LabError("badSettings", `The films of trial ${trial.id} cannot be prepared in Python as here: ${why}. ${wayOut}`);
  if (!train.origins || !valid.origins) {
    const message = `The films of trial ${trial.id} were prepared by an earlier version of the lab, which did not keep where they lie. ${wayOut}`;
    throw new LabError("badSettings", message);
  }
}

/** The weights of step 0; null where they came from elsewhere and are not here any more. */
async function findBegin(tools: Tools, trial: Trial): Promise<ArrayBuffer | null> {
  const { arch, head, normalisation, imageSize, seed } = trial.settings;
  const classes = trial.sample.targets.map(({ target }) => target);
  const info: WeightsInfo = { arch, head, normalisation, classes, imageSize };
  const write = (model: NamedArrays) => tools.writeWeights(model, info, { trial: `trial-${trial.id}`, step: "0", epoch: "0" });
  if (!trial.beginning) return trial.parent ? null : write(initialise(listArrays(DENSENETS[arch], classes.length, head), seed));
  const choice = await findBeginning(tools, trial.beginning);
  const loaded = choice && (await loadWeights(tools, choice, arch));
  if (loaded) return write((await beginFrom(tools, loaded, trial.settings)).model);
  const kept = trial.checkpoints.last?.step === 0 ? await tools.checkpoints.read(trial, "last") : null;
  return kept && write(kept.model);
}

function lacksBeginning({ id, parent }: Trial): string {
  return `Trial ${id} began from ${parent}, which is not in the lab any more: it can be continued, and repeated with --weights FILE.`;
}

/** What PyTorch does not do as the lab did. */
function listNotes({ settings }: Trial): string[] {
  const { activations, arithmetic, filmsPerPass, batchSize } = settings;
  const notes: string[] = [];
  if (activations === "f16")
    notes.push("The lab kept activations as halves between the two passes; torch keeps them as it computes them.");
  if (arithmetic === "f16")
    notes.push(
      "The lab multiplied in halves and scaled the loss; torch does so with --precision float16 on a card (autocast and GradScaler), and multiplies floats on a CPU.",
    );
  if (filmsPerPass > 0 && filmsPerPass < batchSize)
    notes.push(`The lab took each batch in passes of ${filmsPerPass} films at most; each process cuts its share so.`);
  return notes;
}

/** A film a line, training first: train.py draws films by their place here, as the lab by their place in the sample. */
function writeRows({ targets, train, valid, validPaths }: PreparedSample): string {
  const linesOf = (name: "train" | "valid", part: PreparedPart, paths?: string[]) => {
    const films = part.slots.length;
    const split = (text: string | undefined) => (text === undefined || films === 0 ? [] : text.split("\n"));
    const places = { paths: paths ?? split(part.origins?.paths), files: split(part.origins?.files) };
    return Array.from({ length: films }, (_, film) => [
      places.paths[film] ?? `${name}/${film}`,
      places.files[film] ?? "",
      name,
      String(part.origins?.patients[film] ?? ""),
      keyOf(part, film),
      ...Array.from(targets, (_, target) => formatLabel(part.labels[film * targets.length + target])),
    ]);
  };
  const head = ["path", "file", "part", "patient", "sha256", ...targets];
  return `${Papa.unparse([head, ...linesOf("train", train), ...linesOf("valid", valid, validPaths)], { newline: "\n" })}\n`;
}

const formatLabel = (label: number | undefined) => (label === undefined || label === UNKNOWN_LABEL ? "" : String(label));

/** The beginning of the SHA-256 of a film's file; empty where an earlier version did not keep it. */
function keyOf({ films }: PreparedPart, film: number): string {
  const key = films?.subarray(film * FILM_KEY_BYTES, (film + 1) * FILM_KEY_BYTES) ?? [];
  return Array.from(key, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function writeWithFilms(tools: Tools, entries: ZipSource[], sample: PreparedSample | null, folder: string): Promise<Blob> {
  if (!sample) return writeZip(entries);
  const reader = await tools.openFilms(sample.store);
  try {
    return await writeZip([...entries, { name: folder + FILMS, content: readFilms(reader, sample) }]);
  } finally {
    reader.close();
  }
}

const FILMS_AT_ONCE = 64;

async function* readFilms(reader: Awaited<ReturnType<Tools["openFilms"]>>, { train, valid }: PreparedSample) {
  for (const part of [train, valid]) {
    const slots = await reader.locate(part);
    for (let at = 0; at < slots.length; at += FILMS_AT_ONCE) {
      yield (await reader.read(slots.subarray(at, at + FILMS_AT_ONCE))) as Uint8Array<ArrayBuffer>;
    }
  }
}

/** Reads back what was written: every entry by its CRC, the files by their SHA-256, rows and films by their number. @throws LabError internal */
async function verify(file: Blob, folder: string, files: Manifest["files"], sample: PreparedSample, withFilms: boolean) {
  const refuse = (why: string) =>
    new LabError("internal", `The bundle for PyTorch was not written as it should be: ${why}. Try again.`);
  const entries = await readZip(file).catch((error: Error) => Promise.reject(refuse(error.message)));
  const find = (name: string) => entries.find((entry) => entry.name === folder + name)?.content;
  for (const [name, wanted] of Object.entries(files)) {
    const content = find(name);
    if (!content || (await sha256(await content.arrayBuffer())) !== wanted) throw refuse(`${name} differs`);
  }
  const films = sample.train.slots.length + sample.valid.slots.length;
  const rows = Papa.parse((await find(ROWS)?.text()) ?? "", { skipEmptyLines: true }).data.length - 1;
  if (rows !== films) throw refuse(`${ROWS} has ${rows} rows for ${films} films`);
  const bytes = withFilms ? (find(FILMS)?.size ?? 0) : films * sample.imageSize ** 2;
  if (bytes !== films * sample.imageSize ** 2) throw refuse(`${FILMS} has ${bytes} bytes for ${films} films`);
}
