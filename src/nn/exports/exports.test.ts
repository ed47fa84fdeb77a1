// What others make of an exported network: onnxruntime and stock TF.js give the engine's logits, on drawn and on real films.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { loadGraphModel } from "@tensorflow/tfjs-converter";
import * as tf from "@tensorflow/tfjs-core";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { openTestGpu } from "../../../scripts/testGpu";
import { drawAnatomy, drawExposure, drawFilm } from "../../data/drawn/drawnFilm";
import { prepareFilm } from "../../data/films/prepareFilm";
import { type Architecture, CHANNEL_MOMENTS, DEFAULT_SETTINGS, type Head, preparationOf } from "../../protocol/settings";
import { createEngine } from "../createEngine";
import { DENSENETS, listArrays } from "../densenet";
import { beforeTraining } from "../engine";
import { modelByFormula } from "../golden/formula";
import { createRandom } from "../random";
import { writeGraphModel } from "./graphModel";
import { writeOnnxModel } from "./onnx";
import { readOnnx } from "./onnxFormat";
import { runOnnx } from "./runOnnx";

openTestGpu();

const SIZE = 64;
const COUNT = 4;
const CLASSES = ["Cardiomegaly", "Edema"];
const REAL = resolve("../shared/data/NIH-CXR14-mini/valid");

function drawFilms(): Uint8Array {
  const random = createRandom(0, "drawn");
  return Uint8Array.from(
    Array.from({ length: COUNT }, () => [...drawFilm(drawAnatomy(random, 0.5), drawExposure(random), SIZE, random)]).flat(),
  );
}

async function readRealFilms(): Promise<Uint8Array> {
  const films = new Uint8Array(COUNT * SIZE * SIZE);
  const preparation = preparationOf({ ...DEFAULT_SETTINGS, imageSize: SIZE });
  const paths = readdirSync(REAL, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".jpg"));
  for (const [at, path] of paths.sort().slice(0, COUNT).entries()) {
    const into = films.subarray(at * SIZE * SIZE, (at + 1) * SIZE * SIZE);
    await prepareFilm(Uint8Array.from(readFileSync(`${REAL}/${path}`)), path, preparation, into);
  }
  return films;
}

/** [count, 3, size, size], as PyTorch users normalise. */
function normalise(films: Uint8Array): Float32Array {
  const pixels = SIZE * SIZE;
  const { mean, std } = CHANNEL_MOMENTS.imagenet;
  return Float32Array.from({ length: films.length * 3 }, (_, at) => {
    const channel = Math.floor(at / pixels) % 3;
    const grey = films[Math.floor(at / (3 * pixels)) * pixels + (at % pixels)]! / 255;
    return (grey - mean[channel]!) / std[channel]!;
  });
}

function makeNetwork(arch: Architecture, head: Head) {
  const model = modelByFormula(listArrays(DENSENETS[arch], CLASSES.length, head));
  const engine = createEngine("fused", { arch, head, classes: CLASSES.length }, 0);
  engine.restore(beforeTraining(model));
  return { model, engine, info: { arch, head, classes: CLASSES } };
}

const furthest = (got: Float32Array, want: Float32Array) =>
  Math.max(...Array.from(want, (value, at) => Math.abs(value - (got[at] ?? Number.NaN))));

describe.each([
  ["densenet-mini", "linear", "drawn", drawFilms],
  ["densenet-mini", "fastai", "drawn", drawFilms],
  ["densenet121", "linear", "real", existsSync(REAL) ? readRealFilms : null],
] as const)("%s with the %s head, on %s films,", (arch, head, _, readFilms) => {
  it.skipIf(!readFilms)("gives the engine's logits in onnxruntime, in stock TF.js and where the lab tries it", async () => {
    const films = await readFilms!();
    const { model, engine, info } = makeNetwork(arch, head);
    const batch = { count: COUNT, images: { kind: "films", data: films, size: SIZE }, targets: new Float32Array() } as const;
    const logits = await engine.predict(batch);
    engine.dispose();
    expect(new Set(logits).size).toBe(logits.length);
    const planes = normalise(films);
    const shape = [COUNT, 3, SIZE, SIZE] as const;

    const onnx = writeOnnxModel(model, info, {}, "1.0");
    const session = await InferenceSession.create(onnx);
    const given = await session.run({ images: new Tensor("float32", planes, shape) });
    expect(given.logits!.dims).toEqual([COUNT, CLASSES.length]);
    expect(furthest(given.logits!.data as Float32Array, logits)).toBeLessThan(1e-4);
    expect(
      furthest(
        given.probabilities!.data as Float32Array,
        logits.map((logit) => 1 / (1 + Math.exp(-logit))),
      ),
    ).toBeLessThan(1e-4);
    await session.release();
    const tensors = tf.memory().numTensors;
    expect(furthest(await runOnnx(onnx, { data: planes, shape: [...shape] }, "logits"), logits)).toBeLessThan(1e-4);
    expect(tf.memory().numTensors).toBe(tensors);

    const { json, weights } = writeGraphModel(model, info, {}, "1.0");
    const { modelTopology, weightsManifest, signature } = JSON.parse(json);
    const artifacts = { modelTopology, signature, weightSpecs: weightsManifest[0].weights, weightData: weights };
    const graph = await loadGraphModel(tf.io.fromMemory(artifacts));
    const rows = tf.tidy(() => tf.transpose(tf.tensor(planes, [...shape]), [0, 2, 3, 1]));
    const told = graph.execute({ images: rows }, "logits") as tf.Tensor;
    expect(furthest(await told.data<"float32">(), logits)).toBeLessThan(1e-4);
    graph.dispose();
    tf.dispose([rows, told]);
  });
});

it("holds ONNX's version of operators, every number of the network and what is to be known beside them", () => {
  const { model, engine, info } = makeNetwork("densenet-mini", "linear");
  engine.dispose();
  const bytes = writeOnnxModel(model, info, { classes: '["é"]' }, "1.0");
  const { weights, metadata } = readOnnx(bytes);
  expect(metadata).toEqual({ classes: '["é"]' });
  const wanted = [...model].filter(([name]) => !name.endsWith("num_batches_tracked"));
  expect([...weights]).toEqual(wanted);
});
