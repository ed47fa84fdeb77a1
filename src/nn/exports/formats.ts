// The formats of others that a network is written in, each with a way to run what was written, so that nothing is handed over untried.
import * as tf from "@tensorflow/tfjs-core";
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
  /** One, or several that belong beside each other. */
  files: { name: string; bytes: Uint8Array<ArrayBuffer> }[];
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
    return { files: [{ name: "model.onnx", bytes }], run: (images) => runOnnx(bytes, images, LOGITS) };
  },
  tfjs(...given) {
    const { json, weights } = writeGraphModel(...given);
    const files = [
      { name: "model.json", bytes: new TextEncoder().encode(json) },
      { name: WEIGHTS_FILE, bytes: new Uint8Array(weights) },
    ];
    return { files, run: (images) => runGraphModel(json, weights, images) };
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
