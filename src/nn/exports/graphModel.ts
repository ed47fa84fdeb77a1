// A network and its weights as a TensorFlow.js graph model, which stock TF.js loads (`tf.loadGraphModel`): TensorFlow's GraphDef in JSON, and
// the weights as one binary file. What the network is, operations.ts knows.
import { NORM_EPSILON } from "../batchNorm";
import { DENSENETS, listArrays } from "../densenet";
import type { NamedArrays } from "../engine";
import { writeFloats } from "../numberTypes";
import { pack, planPacking } from "../packing";
import type { WeightsInfo } from "../weights";
import { IMAGES, listNormArrays, listOperations, type Operation, OUTPUTS } from "./operations";

/** An entry of GraphDef's `attr`, in its JSON. */
type Attribute = { s: string } | { f: number } | { b: boolean } | { i: string } | { list: { i: string[] } } | { type: string };

interface GraphNode {
  name: string;
  op: string;
  input?: string[];
  attr: Record<string, Attribute>;
}

export const WEIGHTS_FILE = "group1-shard1of1.bin";

const FLOAT = { T: { type: "DT_FLOAT" } };
/** GraphDef's JSON has strings as bytes. */
const text = (value: string): Attribute => ({ s: btoa(value) });
const ints = (values: readonly number[]): Attribute => ({ list: { i: values.map(String) } });
/** Of four axes those of the pixels. */
const alongPixels = (value: number) => ints([1, value, value, 1]);

/** Whole numbers that nodes read as inputs. */
const CONSTANTS = {
  lastAxis: { shape: [], values: [-1] },
  pixelAxes: { shape: [2], values: [1, 2] },
  poolPadding: { shape: [4, 2], values: [0, 0, 1, 1, 1, 1, 0, 0] },
} as const;
type ConstantName = keyof typeof CONSTANTS;

function toNodes(operation: Operation): GraphNode[] {
  const { kind, inputs, output } = operation;
  const node = (op: string, more: (ConstantName | string)[] = [], attr: Record<string, Attribute> = {}): GraphNode => ({
    name: output,
    op,
    input: [...inputs, ...more],
    attr: { ...FLOAT, ...attr },
  });
  const pooling = (op: string, side: number, stride: number) =>
    node(op, [], { ksize: alongPixels(side), strides: alongPixels(stride), padding: text("VALID"), data_format: text("NHWC") });
  switch (kind) {
    case "convolve": {
      const { layer, stride, pad } = operation;
      return [
        node("Conv2D", [`${layer}.weight`], {
          strides: alongPixels(stride),
          dilations: alongPixels(1),
          padding: text("EXPLICIT"),
          explicit_paddings: ints([0, 0, pad, pad, pad, pad, 0, 0]),
          data_format: text("NHWC"),
        }),
      ];
    }
    case "normalise": {
      const arrays = listNormArrays(operation.layer);
      const attr = {
        U: { type: "DT_FLOAT" },
        epsilon: { f: NORM_EPSILON },
        is_training: { b: false },
        data_format: text("NHWC"),
      };
      return [node("FusedBatchNormV3", arrays, attr)];
    }
    case "maxPool": {
      // TensorFlow's own padding stands to the right first. Zeros change no maximum of what comes out of a ReLU.
      const padded = `${output}.padded`;
      const pooled = pooling("MaxPool", operation.side, operation.stride);
      return [
        { name: padded, op: "Pad", input: [...inputs, "poolPadding"], attr: { ...FLOAT, Tpaddings: { type: "DT_INT32" } } },
        { ...pooled, input: [padded] },
      ];
    }
    case "averagePool":
      return [pooling("AvgPool", operation.side, operation.stride)];
    case "concat": {
      const attr = { N: { i: String(inputs.length) }, Tidx: { type: "DT_INT32" } };
      return [node("ConcatV2", ["lastAxis"], attr)];
    }
    case "meanOfPixels":
    case "maxOfPixels": {
      const attr = { Tidx: { type: "DT_INT32" }, keep_dims: { b: false } };
      return [node(kind === "meanOfPixels" ? "Mean" : "Max", ["pixelAxes"], attr)];
    }
    case "linear": {
      const product = `${output}.product`;
      const { layer } = operation;
      const attr = { ...FLOAT, transpose_a: { b: false }, transpose_b: { b: false } };
      return [
        { name: product, op: "MatMul", input: [...inputs, `${layer}.weight`], attr },
        { name: output, op: "AddV2", input: [product, `${layer}.bias`], attr: FLOAT },
      ];
    }
    case "relu":
      return [node("Relu")];
    case "sigmoid":
      return [node("Sigmoid")];
  }
}

/** What a value at the graph's border is; a size of -1 is any. */
const describeValue = (name: string, sizes: readonly number[]) => ({
  name: `${name}:0`,
  dtype: "DT_FLOAT",
  tensorShape: { dim: sizes.map((size) => ({ size: String(size) })) },
});

/**
 * Input `images` [count, height, width, 3], normalised, of any count and size from 32 pixels; outputs `logits` and `probabilities`
 * [count, classes]. The weights belong beside `model.json` as `WEIGHTS_FILE`. `metadata` is all that a program needs beside the numbers
 * (`userDefinedMetadata`).
 */
export function writeGraphModel(
  model: NamedArrays,
  { arch, head, classes }: Pick<WeightsInfo, "arch" | "head" | "classes">,
  metadata: Record<string, string>,
  version: string,
): { json: string; weights: ArrayBuffer } {
  const operations = listOperations(DENSENETS[arch], head).flatMap(toNodes);
  const arrays = listArrays(DENSENETS[arch], classes.length, head).filter((array) => array.role !== "batches");
  // Convolutions lie on the lab's GPU as TensorFlow has them.
  const packing = planPacking(arrays);
  const constants = Object.entries(CONSTANTS);
  const input = describeValue(IMAGES, [-1, -1, -1, 3]);
  const outputs = OUTPUTS.map((name) => [name, describeValue(name, [-1, classes.length])] as const);
  const topology = {
    node: [
      { name: IMAGES, op: "Placeholder", attr: { dtype: { type: "DT_FLOAT" }, shape: { shape: input.tensorShape } } },
      ...arrays.map(({ name }) => ({ name, op: "Const", attr: { dtype: { type: "DT_FLOAT" } } })),
      ...constants.map(([name]) => ({ name, op: "Const", attr: { dtype: { type: "DT_INT32" } } })),
      ...operations,
    ],
    library: {},
    versions: { producer: 1 },
  };
  const specs = [
    ...packing.arrays.map(({ name, gpuShape }) => ({ name, shape: gpuShape, dtype: "float32" })),
    ...constants.map(([name, { shape }]) => ({ name, shape, dtype: "int32" })),
  ];
  const wholes = constants.flatMap(([, { values }]) => [...values]);
  const weights = new ArrayBuffer((packing.size + wholes.length) * 4);
  const view = new DataView(weights);
  writeFloats(view, 0, pack(packing, model));
  wholes.forEach((value, at) => {
    view.setInt32((packing.size + at) * 4, value, true);
  });
  const json = JSON.stringify({
    format: "graph-model",
    generatedBy: `Roentgen Lab ${version}`,
    convertedBy: null,
    signature: { inputs: { [IMAGES]: input }, outputs: Object.fromEntries(outputs) },
    modelTopology: topology,
    weightsManifest: [{ paths: [WEIGHTS_FILE], weights: specs }],
    userDefinedMetadata: metadata,
  });
  return { json, weights };
}
