// `npm run train`: the lab with no hands, from the command line. What it does in the page stands in driveLab.ts.
import { existsSync, mkdirSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { describeRepetition } from "../src/protocol/again";
import { ARCHITECTURES } from "../src/protocol/settings";
import { type AgainOptions, driveAgain } from "./driveAgain";
import { type DriveOptions, driveLab } from "./driveLab";
import { type LabEvent, openLab } from "./openLab";
import { describeSettingFlags, readSettingFlags, SETTING_FLAGS } from "./settingFlags";

const USAGE = `npm run train -- [--data DIR] [--csv FILE] [--target Cardiomegaly] [--positive VALUE] [--also-target NAME]...
  [--arch ${ARCHITECTURES.join("|")}]
  [--size 64] [--batch 8] [--epochs 1] [--max-lr auto|1e-3] [--balance undersample|oversample|weight|none]
  [--validation own|5|10|15|20|30] [--seed 0] [--weights FILE] [--out DIR] [--json]
${describeSettingFlags()} [--tta 4|8] [--pytorch folder|films]
npm run train -- --trial FILE [--data DIR] [--csv FILE] [--weights FILE] [--gpu-budget MIB] [--tta 4|8] [--pytorch folder|films] [--strict] [--out DIR] [--json]

Without --data the drawn films are used. --weights is a .safetensors file, or what torch.save writes of a state dict or of a DenseNet (.pth).
--positive takes several values, separated by commas, of a column that is no finding. --also-target, as often as wanted, names a
finding to learn beside the target. --validation is the share of the patients in percent, or the dataset's own valid.csv.
--max-lr auto takes what LR Find recommends (--finder-runs averages several).
--freeze-epochs trains the head and BatchNorm alone at first; --slice-from is the rate of the first layers, which grows to the
max LR. --augment fastai varies films anew each epoch as fastai does, but for the flip. --average-decay keeps a moving average of
the weights, which is what is evaluated; --early-stop ends after N epochs without one that is better by --keep-best. --tta
evaluates each film by the mean of so many augmented views.
--engine stock is the plain model: readable, slow, hungry. --films-per-pass cuts a batch into passes whose gradients are averaged:
BatchNorm sees each by itself. --activations f16 keeps features as halves. --arithmetic f16 multiplies halves and --subgroups on adds
up by subgroups, on a card whose check, which is then run first, passes for them. --gpu-budget is the memory that a run should keep
within; what is forecast to need more does not start. ROENTGEN_ADAPTER=gpu|swiftshader chooses the adapter.
--trial runs a trial again from its downloaded JSON, with all its settings: what is another here than the file says (data, adapter,
versions, the weights that it began from) is printed before it starts, and at its end whether it was repeated to the bit.
--strict does not start it where anything is another.
--pytorch also takes the bundle by which PyTorch repeats the trial: with films from the folder, or with the prepared ones.
What is trained into an --out that holds trials already is numbered after them.`;

const BALANCES = ["undersample", "oversample", "weight", "none"];

type Options = { json: boolean } & ({ kind: "new"; drive: DriveOptions } | { kind: "again"; drive: AgainOptions });

/** What the plain model has no use for. */
const OF_FUSED = ["activations", "arithmetic", "subgroups", "films-per-pass", "gpu-budget"];

/** What a trial that is run again leaves to say: all else its file says. */
const BESIDE_TRIAL = ["trial", "data", "csv", "weights", "gpu-budget", "tta", "pytorch", "strict", "out", "json"];

/** @throws Error with a sentence that names the flag */
function readOptions(): Options | null {
  const { values, tokens } = parseArgs({
    tokens: true,
    options: {
      data: { type: "string" },
      csv: { type: "string" },
      target: { type: "string", default: "Cardiomegaly" },
      positive: { type: "string" },
      "also-target": { type: "string", multiple: true, default: [] },
      arch: { type: "string" },
      size: { type: "string", default: "64" },
      batch: { type: "string", default: "8" },
      epochs: { type: "string", default: "1" },
      "max-lr": { type: "string", default: "auto" },
      balance: { type: "string", default: "undersample" },
      validation: { type: "string" },
      seed: { type: "string", default: "0" },
      weights: { type: "string" },
      ...Object.fromEntries(Object.keys(SETTING_FLAGS).map((flag) => [flag, { type: "string" as const }])),
      tta: { type: "string" },
      pytorch: { type: "string" },
      trial: { type: "string" },
      strict: { type: "boolean", default: false },
      out: { type: "string", default: "trained" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return null;
  const { data, csv, weights, validation, trial, strict, json } = values;
  if (data !== undefined && !(existsSync(data) && statSync(data).isDirectory()))
    throw new Error(`--data ${data}: there is no such folder.`);
  for (const [flag, file] of Object.entries({ csv, weights, trial })) {
    if (file !== undefined && !existsSync(file)) throw new Error(`--${flag} ${file}: there is no such file.`);
  }
  const oneOf = <Value extends string>(flag: string, value: string, allowed: readonly Value[]): Value => {
    const found = allowed.find((one) => one === value);
    if (found === undefined) throw new Error(`--${flag} ${value}: one of ${allowed.join(", ")} is needed.`);
    return found;
  };
  const whole = (flag: string, value: string, least: number) => {
    if (!/^\d+$/.test(value) || Number(value) < least)
      throw new Error(`--${flag} ${value}: a whole number from ${least} is needed.`);
    return Number(value);
  };
  const maxLr = values["max-lr"] === "auto" ? "auto" : Number(values["max-lr"]);
  if (maxLr !== "auto" && !(maxLr > 0 && Number.isFinite(maxLr))) {
    throw new Error(`--max-lr ${values["max-lr"]}: auto or a number above 0, such as 1e-3, is needed.`);
  }
  const settings = readSettingFlags(values);
  const set = new Map(settings);
  const unknown = set.get("engine") === "stock" ? OF_FUSED.filter((flag) => set.has(flag)) : [];
  if (unknown.length > 0)
    throw new Error(`--engine stock knows no ${unknown.map((flag) => `--${flag}`).join(" and no ")}: leave it out.`);
  const common = {
    data: data && resolve(data),
    csv: csv && resolve(csv),
    weights: weights && resolve(weights),
    settings,
    tta: values.tta === undefined ? undefined : Number(oneOf("tta", values.tta, ["4", "8"])),
    pytorch: values.pytorch === undefined ? undefined : oneOf("pytorch", values.pytorch, ["folder", "films"] as const),
    out: resolve(values.out),
  };
  if (strict && trial === undefined) throw new Error("--strict is for --trial FILE, a trial that is run again.");
  if (trial !== undefined) {
    const other = tokens.find((token) => token.kind === "option" && !BESIDE_TRIAL.includes(token.name));
    if (other?.kind === "option")
      throw new Error(`--${other.name} beside --trial: the file says all settings of the trial. Leave one of the two out.`);
    return { kind: "again", json, drive: { ...common, trial: resolve(trial), strict } };
  }
  const drive: DriveOptions = {
    ...common,
    target: values.target,
    positive: values.positive?.split(","),
    moreTargets: values["also-target"],
    // A weights file says of which network it is.
    arch: values.arch === undefined ? (weights ? undefined : "densenet121") : oneOf("arch", values.arch, ARCHITECTURES),
    size: whole("size", values.size, 32),
    batch: whole("batch", values.batch, 1),
    epochs: whole("epochs", values.epochs, 1),
    seed: whole("seed", values.seed, 0),
    maxLr,
    balance: oneOf("balance", values.balance, BALANCES),
    validation: validation && oneOf("validation", validation, ["own", "5", "10", "15", "20", "30"]),
  };
  return { kind: "new", json, drive };
}

/** What of the page's events is printed, a JSON object a line or a line for people. */
function report(event: LabEvent, json: boolean): void {
  if (json) {
    if (["indexed", "prepared", "differences", "finder", "step", "epochEnd"].includes(event.type))
      console.log(JSON.stringify(event));
    return;
  }
  const { type, step, loss, lr, epoch, films, rows, patients, csvPath, trainLoss, validLoss, auroc, suggestions } = event;
  const fixed = (value: unknown) => (typeof value === "number" ? value.toFixed(4) : "-");
  if (type === "indexed") console.log(`${films} films, ${rows} rows of ${patients} patients in ${csvPath}`);
  if (type === "prepared") console.log("films prepared");
  if (type === "differences") console.log(describeDifferences(event.differences as string[]));
  if (type === "finder") console.log(`LR Find: ${JSON.stringify(suggestions)}`);
  if (type === "step" && Number(step) % 10 === 0)
    console.log(`step ${step}: loss ${fixed(loss)}, lr ${Number(lr).toExponential(2)}`);
  if (type === "epochEnd") {
    console.log(
      `epoch ${Number(epoch) + 1}: training ${fixed(trainLoss)}, validation ${fixed(validLoss)}, AUROC ${fixed(auroc)}`,
    );
  }
}

function describeDifferences(differences: string[]): string {
  if (differences.length === 0) return "Nothing differs from the file: on this adapter the trial will be repeated to the bit.";
  return ["Other than the file says, so that the bits may be others:", ...differences.map((line) => `- ${line}`)].join("\n");
}

async function main(): Promise<void> {
  const options = readOptions();
  if (!options) {
    console.log(USAGE);
    return;
  }
  const { json, drive } = options;
  mkdirSync(drive.out, { recursive: true });
  const lab = await openLab((event) => report(event, json));
  try {
    const result = await (options.kind === "again" ? driveAgain(lab, options.drive) : driveLab(lab, options.drive));
    if (json) console.log(JSON.stringify({ type: "finished", ...result }));
    else {
      if (result.targets.length > 1) {
        for (const { target, auroc, films } of result.targets)
          console.log(`${target}: AUROC ${auroc?.toFixed(4) ?? "-"} on ${films} films`);
      }
      const { again } = result;
      if (again?.outcome) console.log(describeRepetition(again, again.outcome));
      console.log(
        `Trial ${result.trial}: AUROC ${result.auroc?.toFixed(4) ?? "-"}, accuracy ${result.accuracy.toFixed(4)}. Files in ${drive.out}`,
      );
    }
  } finally {
    await lab.close();
  }
}

main().then(
  () => process.exit(0),
  (error: Error & { code?: string }) => {
    const [first = ""] = error.message.split("\n");
    const sentence = error.code?.startsWith("ERR_PARSE_ARGS") ? `${first.replace(/\.$/, "")}. --help lists the flags.` : first;
    if (process.argv.includes("--json")) console.log(JSON.stringify({ type: "failed", message: sentence }));
    console.error(sentence);
    process.exit(1);
  },
);
