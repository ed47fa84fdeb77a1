// Runs an ONNX model of the lab's from its bytes, in TF.js operations: so that what is handed over was tried. It knows the operators that
// onnx.ts writes and what ONNX says that they do, nothing of DenseNet.
import * as tf from "@tensorflow/tfjs-core";
import { type OnnxNode, readOnnx } from "./onnxFormat";
import { IMAGES } from "./operations";

type Tensors = ReadonlyMap<string, tf.Tensor>;
type Operator = (node: OnnxNode, inputs: tf.Tensor[]) => tf.Tensor;

const toRows = (x: tf.Tensor) => tf.transpose(x, [0, 2, 3, 1]) as tf.Tensor4D;
const toPlanes = (x: tf.Tensor4D) => tf.transpose(x, [0, 3, 1, 2]);

function windowOf({ ints }: OnnxNode) {
  const [side = 0] = ints.kernel_shape as number[];
  const [stride = 0] = ints.strides as number[];
  const [pad = 0] = ints.pads as number[];
  return [side, stride, pad] as const;
}

/** Neither ONNX nor TF.js counts the border. */
const pool =
  (apply: typeof tf.maxPool): Operator =>
  (node, [x]) =>
    toPlanes(apply(toRows(x!), ...windowOf(node)));

const overPixels =
  (reduce: typeof tf.mean): Operator =>
  (_, [x]) =>
    reduce(x!, [2, 3], true);

/** Channels are the second axis, also where there are no pixels. */
function normalise({ floats }: OnnxNode, [x, scale, shift, mean, variance]: tf.Tensor[]): tf.Tensor {
  const channels = (values: tf.Tensor) => tf.reshape(values, [1, -1, ...x!.shape.slice(2).map(() => 1)]);
  const sigma = tf.sqrt(tf.add(channels(variance!), floats.epsilon!));
  return tf.add(tf.mul(tf.div(tf.sub(x!, channels(mean!)), sigma), channels(scale!)), channels(shift!));
}

const OPERATORS: Record<string, Operator> = {
  Conv(node, [x, weight]) {
    const [, stride, pad] = windowOf(node);
    return toPlanes(tf.conv2d(toRows(x!), tf.transpose(weight!, [2, 3, 1, 0]) as tf.Tensor4D, stride, pad));
  },
  BatchNormalization: normalise,
  MaxPool: pool(tf.maxPool),
  AveragePool: pool(tf.avgPool),
  Concat: ({ ints }, inputs) => tf.concat(inputs, ints.axis as number),
  GlobalAveragePool: overPixels(tf.mean),
  GlobalMaxPool: overPixels(tf.max),
  Flatten: (_, [x]) => tf.reshape(x!, [x!.shape[0]!, -1]),
  Gemm: ({ ints }, [x, weight, bias]) =>
    tf.add(tf.matMul(x as tf.Tensor2D, weight as tf.Tensor2D, false, ints.transB === 1), bias!),
  Relu: (_, [x]) => tf.relu(x!),
  Sigmoid: (_, [x]) => tf.sigmoid(x!),
};

/** What comes out under `output` for images [count, 3, height, width], normalised; row by row. */
export async function runOnnx(
  bytes: Uint8Array,
  images: { data: Float32Array; shape: [number, number, number, number] },
  output: string,
): Promise<Float32Array> {
  const { nodes, weights } = readOnnx(bytes);
  const lastUse = new Map(nodes.flatMap(({ inputs }, at) => inputs.map((name) => [name, at] as const)));
  const tensors = new Map<string, tf.Tensor>([[IMAGES, tf.tensor(images.data, images.shape)]]);
  try {
    nodes.forEach((node, at) => {
      const made = tf.tidy(() => {
        const operator = OPERATORS[node.op];
        if (!operator) throw new Error(`The model has an operator ${node.op} that the lab does not know`);
        return operator(
          node,
          node.inputs.map((name) => openInput(name, tensors, weights)),
        );
      });
      tensors.set(node.output, made);
      // What no later node reads goes, so that a deep network fits.
      for (const name of node.inputs) {
        if (lastUse.get(name) !== at || name === output) continue;
        tensors.get(name)?.dispose();
        tensors.delete(name);
      }
    });
    const result = tensors.get(output);
    if (!result) throw new Error(`The model gives no ${output}`);
    return await result.data<"float32">();
  } finally {
    tf.dispose([...tensors.values()]);
  }
}

function openInput(name: string, tensors: Tensors, weights: ReturnType<typeof readOnnx>["weights"]): tf.Tensor {
  const weight = weights.get(name);
  const tensor = weight ? tf.tensor(weight.data, weight.shape) : tensors.get(name);
  if (!tensor) throw new Error(`Nothing in the model gives ${name}`);
  return tensor;
}
