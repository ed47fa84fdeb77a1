// `npm run -s parity -- IN.safetensors OUT.safetensors --engine fused`: trains the steps that IN asks for and writes what came of
// them, to be held against PyTorch. Not a training tool: films, losses and schedules of the lab are elsewhere.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { openWebGpu } from "../src/nn/backend";
import { createEngine } from "../src/nn/createEngine";
import { DENSENETS, findHead, listArrays } from "../src/nn/densenet";
import { type Batch, beforeTraining, type NamedArray, type NamedArrays, type OptimizerStep } from "../src/nn/engine";
import { readSafetensors, writeSafetensors } from "../src/nn/safetensors";
import { LabError } from "../src/protocol/labError";
import { oneCycle } from "../src/protocol/schedule";
import {
  ACTIVATIONS,
  type Activations,
  ARCHITECTURES,
  type Architecture,
  ENGINES,
  type EngineName,
} from "../src/protocol/settings";
import { endProcess, openDawn } from "./vulkan";

type Fields = Record<string, unknown>;

interface Recipe {
  arch: Architecture;
  /** The optimiser at step `index`: with a schedule, lr and beta1 or momentum follow it. */
  step(index: number): OptimizerStep;
}

function bad(message: string, at?: string): LabError {
  return new LabError("badSettings", message, at);
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readNumber(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value !== "number" || !Number.isFinite(value)) throw bad(`The recipe's ${name} must be a number.`, name);
  return value;
}

function readPair(fields: Fields, name: string): [number, number] {
  const value = fields[name];
  const [first, second]: unknown[] = Array.isArray(value) ? value : [];
  if (typeof first !== "number" || typeof second !== "number") throw bad(`The recipe's ${name} must be two numbers.`, name);
  return [first, second];
}

function readOptimizer(fields: unknown): OptimizerStep {
  if (!isFields(fields)) throw bad("The recipe lacks an optimizer.", "optimizer");
  const lr = readNumber(fields, "lr");
  const weightDecay = readNumber(fields, "weightDecay");
  if (fields.name === "sgd") return { name: "sgd", lr, weightDecay, momentum: readNumber(fields, "momentum") };
  if (fields.name !== "adamw") throw bad(`The recipe's optimizer must be adamw or sgd, not ${String(fields.name)}.`, "optimizer");
  const [beta1, beta2] = readPair(fields, "betas");
  return { name: "adamw", lr, weightDecay, beta1, beta2, eps: readNumber(fields, "eps") };
}

function readSchedule(fields: unknown, optimizer: OptimizerStep): Recipe["step"] {
  if (fields === null || fields === undefined) return () => optimizer;
  if (!isFields(fields) || fields.kind !== "oneCycle")
    throw bad("The recipe's schedule must be null or of kind oneCycle.", "schedule");
  const schedule = oneCycle({
    maxLr: readNumber(fields, "maxLr"),
    totalSteps: readNumber(fields, "totalSteps"),
    divFactor: readNumber(fields, "divFactor"),
    pctStart: readNumber(fields, "pctStart"),
    finalDiv: readNumber(fields, "finalDiv"),
    moms: readPair(fields, "moms"),
  });
  return (index) => {
    const { lr, momentum } = schedule(index, []);
    return optimizer.name === "adamw" ? { ...optimizer, lr, beta1: momentum } : { ...optimizer, lr, momentum };
  };
}

function readRecipe(text: string | undefined): Recipe {
  let recipe: unknown;
  try {
    recipe = JSON.parse(text ?? "");
  } catch {
    throw bad("The metadata of the input must hold a recipe as JSON.", "recipe");
  }
  if (!isFields(recipe)) throw bad("The recipe must be a JSON object.", "recipe");
  const { arch } = recipe;
  const known = ARCHITECTURES.find((name) => name === arch);
  if (!known) throw bad(`The recipe's arch must be one of ${ARCHITECTURES.join(", ")}, not ${String(arch)}.`, "arch");
  return { arch: known, step: readSchedule(recipe.schedule, readOptimizer(recipe.optimizer)) };
}

/** Images [N, 3, size, size] with targets [N, classes]; without targets for inference. */
function readBatch(arrays: NamedArrays, prefix: string, classes: number): Batch {
  const images = arrays.get(`${prefix}.images`);
  if (!images) throw bad(`The input lacks ${prefix}.images.`, `${prefix}.images`);
  const [count = 0, channels, size = 0, width] = images.shape;
  if (images.shape.length !== 4 || channels !== 3 || size !== width || count === 0) {
    throw bad(`${prefix}.images must be [N, 3, size, size], not [${images.shape.join(", ")}].`, `${prefix}.images`);
  }
  const targets = arrays.get(`${prefix}.targets`);
  if (prefix !== "eval" && targets?.shape.join() !== `${count},${classes}`) {
    throw bad(
      `${prefix}.targets must be [${count}, ${classes}], not ${targets ? `[${targets.shape.join(", ")}]` : "missing"}.`,
      `${prefix}.targets`,
    );
  }
  return { count, images: { kind: "normalised", data: images.data, size }, targets: targets?.data ?? new Float32Array() };
}

function countBatches(arrays: NamedArrays): number {
  let count = 0;
  while (arrays.has(`batch.${count}.images`)) count++;
  if (count === 0 && !arrays.has("eval.images"))
    throw bad("The input holds neither batch.0.images nor eval.images.", "batch.0.images");
  const stray = [...arrays.keys()].find((name) => name.startsWith("batch.") && Number(name.split(".")[1]) >= count);
  if (stray) throw bad(`The input holds ${stray}, but no batch.${count}.images.`, `batch.${count}.images`);
  return count;
}

const scalar = (value: number): NamedArray => ({ shape: [], data: Float32Array.of(value) });

async function run(inputPath: string, outputPath: string, name: EngineName, activations: Activations): Promise<void> {
  if (!existsSync(inputPath)) throw bad(`${inputPath} is not there: name a safetensors file to read.`);
  const bytes = readFileSync(inputPath);
  const { arrays, metadata } = readSafetensors(new Uint8Array(bytes).buffer, inputPath);
  const { arch, step } = readRecipe(metadata.recipe);
  const found = findHead(arrays);
  if (!found) throw bad(`${inputPath} holds no classifier.weight.`, "classifier.weight");
  const { head, classes } = found;

  const model: NamedArrays = new Map();
  for (const [name, array] of arrays) if (!/^(batch\.\d+|eval)\./.test(name)) model.set(name, array);
  for (const { name, role } of listArrays(DENSENETS[arch], classes, head)) {
    if (role === "batches" && !model.has(name)) model.set(name, scalar(0));
  }
  const batches = Array.from({ length: countBatches(arrays) }, (_, index) => readBatch(arrays, `batch.${index}`, classes));
  const evaluated = arrays.has("eval.images") ? readBatch(arrays, "eval", classes) : null;

  await openDawn();
  const { failed } = await openWebGpu({ allowSoftware: true });
  const engine = createEngine(name, { arch, classes, head, activations }, 0);
  engine.restore(beforeTraining(model));

  const out: NamedArrays = new Map();
  const work = async () => {
    for (const [index, batch] of batches.entries()) {
      const optimizer = step(index);
      const loss = await engine.trainStep(batch, optimizer, ({ logits, gradients }) => {
        out.set(`step.${index}.logits`, { shape: [batch.count, classes], data: logits });
        if (index > 0) return;
        for (const [name, gradient] of gradients) out.set(`step.0.grad.${name}`, gradient);
      });
      out.set(`step.${index}.loss`, scalar(loss));
      out.set(`step.${index}.lr`, scalar(optimizer.lr));
    }
    if (evaluated) {
      out.set("eval.logits", { shape: [evaluated.count, classes], data: await engine.predict(evaluated) });
    }
    for (const [name, array] of (await engine.snapshot()).model) out.set(name, array);
  };
  await Promise.race([work(), failed]);
  writeFileSync(outputPath, new Uint8Array(writeSafetensors({ arrays: out, metadata: { engine: name, arch } })));
}

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { engine: { type: "string", default: "fused" }, activations: { type: "string", default: "f32" } },
  });
  const [inputPath, outputPath] = positionals;
  if (!inputPath || !outputPath)
    throw bad("Give an input and an output: npm run -s parity -- IN.safetensors OUT.safetensors --engine fused");
  const name = ENGINES.find((known) => known === values.engine);
  if (!name) throw bad(`--engine must be ${ENGINES.join(" or ")}, not ${values.engine}.`, "engine");
  const activations = ACTIVATIONS.find((known) => known === values.activations);
  if (!activations) throw bad(`--activations must be ${ACTIVATIONS.join(" or ")}, not ${values.activations}.`, "activations");
  await run(inputPath, outputPath, name, activations);
  endProcess(0);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  endProcess(1);
}
