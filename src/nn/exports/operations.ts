// DenseNet in inference as a list of operations, for formats that hold a graph beside the weights. The network itself is ../densenet.ts,
// which what is written from this list is run against.
import type { Head } from "../../protocol/settings";
import { type DenseNetSpec, LAST_LAYERS, poolsActivated } from "../densenet";

/** `output` is the name of what it gives; `inputs` are names of outputs before it, or `IMAGES`. */
export type Operation = { inputs: string[]; output: string } & (
  | { kind: "convolve"; layer: string; side: number; stride: number; pad: number }
  /** BatchNorm by its running figures. */
  | { kind: "normalise"; layer: string }
  | { kind: "relu" | "sigmoid" }
  | { kind: "maxPool" | "averagePool"; side: number; stride: number; pad: number }
  /** Along the channels. */
  | { kind: "concat" }
  /** Over all pixels, to [count, channels]. */
  | { kind: "meanOfPixels" | "maxOfPixels" }
  | { kind: "linear"; layer: string }
);

/** Normalised, the one input. */
export const IMAGES = "images";
export const LOGITS = "logits";
/** [count, classes] each; probabilities are the sigmoid of the logits, uncorrected. */
export const OUTPUTS = [LOGITS, "probabilities"] as const;

/** What BatchNorm reads, in the order that ONNX's node and TensorFlow's both have. */
export const listNormArrays = (layer: string) =>
  ["weight", "bias", "running_mean", "running_var"].map((name) => `${layer}.${name}`);

/** In an order in which they can be computed; the last two give `OUTPUTS`. A layer has torchvision's name, or of fastai's head its place. */
export function listOperations(spec: DenseNetSpec, head: Head): Operation[] {
  const operations: Operation[] = [];
  const add = (operation: Operation): string => {
    operations.push(operation);
    return operation.output;
  };
  const apply = (kind: "relu" | "sigmoid" | "meanOfPixels" | "maxOfPixels", input: string, output: string) =>
    add({ kind, inputs: [input], output });
  const convolve = (input: string, layer: string, side: number, stride = 1, pad = 0) =>
    add({ kind: "convolve", layer, side, stride, pad, inputs: [input], output: layer });
  const pool = (kind: "maxPool" | "averagePool", input: string, output: string, side: number, pad: number) =>
    add({ kind, side, stride: 2, pad, inputs: [input], output });
  const normalise = (input: string, layer: string) => add({ kind: "normalise", layer, inputs: [input], output: layer });
  const activate = (input: string, layer: string) => apply("relu", normalise(input, layer), `${layer}.relu`);
  const concat = (inputs: string[], output: string) => add({ kind: "concat", inputs, output });
  const linear = (input: string, layer: string, output = layer) => add({ kind: "linear", layer, inputs: [input], output });

  const stem = activate(convolve(IMAGES, "features.conv0", 7, 2, 3), "features.norm0");
  let x = pool("maxPool", stem, "features.pool0", 3, 1);
  spec.blocks.forEach((layers, b) => {
    for (let l = 1; l <= layers; l++) {
      const layer = `features.denseblock${b + 1}.denselayer${l}`;
      const bottleneck = convolve(activate(x, `${layer}.norm1`), `${layer}.conv1`, 1);
      const added = convolve(activate(bottleneck, `${layer}.norm2`), `${layer}.conv2`, 3, 1, 1);
      x = concat([x, added], layer);
    }
    if (b === spec.blocks.length - 1) return;
    const transition = `features.transition${b + 1}`;
    x = pool("averagePool", convolve(activate(x, `${transition}.norm`), `${transition}.conv`, 1), `${transition}.pool`, 2, 0);
  });
  const features = poolsActivated(head) ? activate(x, "features.norm5") : normalise(x, "features.norm5");
  const mean = apply("meanOfPixels", features, "pooled.mean");
  const [logits, probabilities] = OUTPUTS;
  if (head === "linear") linear(mean, LAST_LAYERS.linear, logits);
  else {
    const pooled = concat([apply("maxOfPixels", features, "pooled.max"), mean], "pooled");
    const hidden = apply("relu", linear(normalise(pooled, "head.2"), "head.4"), "head.4.relu");
    linear(normalise(hidden, "head.6"), LAST_LAYERS.fastai, logits);
  }
  apply("sigmoid", logits, probabilities);
  return operations;
}
