// A network and its weights as an ONNX model. What its file looks like, onnxFormat.ts knows; what the network is, operations.ts.
import { NORM_EPSILON } from "../batchNorm";
import { DENSENETS } from "../densenet";
import type { NamedArrays } from "../engine";
import type { WeightsInfo } from "../weights";
import { type OnnxNode, writeOnnx } from "./onnxFormat";
import { IMAGES, listNormArrays, listOperations, type Operation, OUTPUTS } from "./operations";

/** An operator of the lab's as ONNX's own, opset 17; images are [count, channels, height, width]. */
function toNodes(operation: Operation): OnnxNode[] {
  const { kind, inputs, output } = operation;
  const node = (op: string, rest: Partial<OnnxNode> = {}): OnnxNode => ({ op, inputs, output, ints: {}, floats: {}, ...rest });
  const window = ({ side, stride, pad }: { side: number; stride: number; pad: number }) => ({
    kernel_shape: [side, side],
    strides: [stride, stride],
    pads: [pad, pad, pad, pad],
  });
  switch (kind) {
    case "convolve":
      return [node("Conv", { inputs: [...inputs, `${operation.layer}.weight`], ints: window(operation) })];
    case "normalise": {
      const arrays = listNormArrays(operation.layer);
      return [node("BatchNormalization", { inputs: [...inputs, ...arrays], floats: { epsilon: NORM_EPSILON } })];
    }
    case "maxPool":
      return [node("MaxPool", { ints: window(operation) })];
    case "averagePool":
      return [node("AveragePool", { ints: window(operation) })];
    case "concat":
      return [node("Concat", { ints: { axis: 1 } })];
    case "meanOfPixels":
    case "maxOfPixels": {
      const pooled = `${output}.2d`;
      const op = kind === "meanOfPixels" ? "GlobalAveragePool" : "GlobalMaxPool";
      return [node(op, { output: pooled }), node("Flatten", { inputs: [pooled], ints: { axis: 1 } })];
    }
    case "linear": {
      const { layer } = operation;
      return [node("Gemm", { inputs: [...inputs, `${layer}.weight`, `${layer}.bias`], ints: { transB: 1 } })];
    }
    case "relu":
      return [node("Relu")];
    case "sigmoid":
      return [node("Sigmoid")];
  }
}

/**
 * Input `images` [count, 3, height, width], normalised, of any count and size from 32 pixels; outputs `logits` and `probabilities`
 * [count, classes]. `metadata` is all that a program needs beside the numbers (`metadata_props`).
 */
export function writeOnnxModel(
  model: NamedArrays,
  { arch, head, classes }: Pick<WeightsInfo, "arch" | "head" | "classes">,
  metadata: Record<string, string>,
  version: string,
): Uint8Array<ArrayBuffer> {
  const nodes = listOperations(DENSENETS[arch], head).flatMap(toNodes);
  const read = new Set(nodes.flatMap(({ inputs }) => inputs));
  return writeOnnx({
    producer: { name: "Roentgen Lab", version },
    name: arch,
    nodes,
    // `num_batches_tracked` is read by nothing.
    weights: new Map([...model].filter(([name]) => read.has(name))),
    inputs: [{ name: IMAGES, shape: ["count", 3, "height", "width"] }],
    outputs: OUTPUTS.map((name) => ({ name, shape: ["count", classes.length] })),
    metadata,
  });
}
