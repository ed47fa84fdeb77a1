// The formats of others that a network is written in, each with a way to run what was written, so that nothing is handed over untried.
import * as tf from "@tensorflow/tfjs-core";
import { strToU8, zipSync } from "fflate";
import type { ExportFormat } from "../../protocol/export";
import type { NamedArrays } from "../engine";
import type { WeightsInfo } from "../weights";
import { WEIGHTS_FILE, writeGraphModel } from "./graphModel";
import { writeOnnxModel } from "./onnx";
import { IMAGES, LOGITS } from "./operations";
import { runOnnx } from "./runOnnx";

/** [count, 3, size, size], normalised. */
export interface NormalisedImages {
  data: Float32Array;
  shape: [number, number, number, number];
}

export interface ExportedModel {
  /** The whole file. */
  bytes: ArrayBuffer;
  /** Logits [count, classes], row by row, as the file gives them on TF.js's present backend. */
  run(images: NormalisedImages): Promise<Float32Array>;
}

export type ExportModel = (
  model: NamedArrays,
  info: Pick<WeightsInfo, "arch" | "head" | "classes">,
  /** What a program needs to know beside the numbers. */
  metadata: Record<string, string>,
  /** The lab's. */
  version: string,
) => ExportedModel;

export const EXPORTS: Record<ExportFormat, ExportModel> = {
  onnx(...given) {
    const bytes = writeOnnxModel(...given);
    return { bytes: bytes.slice().buffer, run: (images) => runOnnx(bytes, images, LOGITS) };
  },
  tfjs(...given) {
    const { json, weights } = writeGraphModel(...given);
    const bytes = zipSync({ "model.json": strToU8(json), [WEIGHTS_FILE]: new Uint8Array(weights) }, { level: 0 });
    return { bytes: bytes.slice().buffer, run: (images) => runGraphModel(json, weights, images) };
  },
};

/** As a program would, by stock TF.js. */
async function runGraphModel(json: string, weightData: ArrayBuffer, { data, shape }: NormalisedImages): Promise<Float32Array> {
  const { loadGraphModel } = await import("@tensorflow/tfjs-converter");
  const { modelTopology, signature, weightsManifest } = JSON.parse(json);
  const artifacts = { modelTopology, signature, weightSpecs: weightsManifest[0].weights, weightData };
  const model = await loadGraphModel(tf.io.fromMemory(artifacts));
  const rows = tf.tidy(() => tf.transpose(tf.tensor(data, shape), [0, 2, 3, 1]));
  try {
    const logits = model.execute({ [IMAGES]: rows }, LOGITS) as tf.Tensor;
    const told = await logits.data<"float32">();
    logits.dispose();
    return told;
  } finally {
    rows.dispose();
    model.dispose();
  }
}
