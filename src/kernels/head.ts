// The linear head: the mean over each image of max(0, x * scale + shift), the classifier, and masked BCE with logits or focal loss; forward
// and gradients, but for those of the classifier's weights (linear.ts). They lie as [in, classes], then the biases.
import { defineStrips, NORM_GRADIENT } from "./columns";
import { defineKernel, read, type Storage, write } from "./kernel";

/** pooled [images, columnQuads] */
export const headPool = (seen: Storage) =>
  defineKernel({
    name: "headPool",
    bindings: { seen: read(seen), norms: read("f32"), pooled: write("f32") },
    uniforms: { values: "u32", columnQuads: "u32", pixels: "u32", seenStride: "u32", scales: "u32", shifts: "u32" },
    body: `
if (thread >= u.values) { return; }
let column = thread % u.columnQuads;
let first = (thread / u.columnQuads) * u.pixels;
let scale = load_norms(u.scales + column);
let shift = load_norms(u.shifts + column);
var sum = vec4<f32>();
for (var pixel = first; pixel < first + u.pixels; pixel++) {
  sum += relu(fma(load_seen(pixel * u.seenStride + column), scale, shift));
}
store_pooled(thread, sum / f32(u.pixels));`,
  });

/** (1 - t) z + (1 + (w - 1) t) softplus(-z), and its slope. */
const CROSS_ENTROPY = `
let weight = fma(target_, positiveWeight - 1.0, 1.0);
let loss = fma(1.0 - target_, z, weight * (max(-z, 0.0) + base));
let slope = (1.0 - target_) - weight * failing;`;

/**
 * torchvision's `sigmoid_focal_loss`: cross-entropy times a * q^gamma, with q what is missed; `alpha` below 0 for no a. It is not linear in
 * its target, so one between 0 and 1 weighs the losses of both classes, as fastai does for mixup and smoothed labels. q's floor, the smallest
 * normal float, only keeps its logarithm finite.
 */
const FOCAL = `
let passing = select(small, 1.0, z > 0.0) / (1.0 + small);
let share = vec2(target_ * positiveWeight, 1.0 - target_) * select(vec2(1.0), vec2(u.alpha, 1.0 - u.alpha), u.alpha >= 0.0);
let missed = vec2(failing, passing);
let focused = share * pow(max(missed, vec2(1.17549435e-38)), vec2(u.gamma));
let entropy = max(vec2(-z, z), vec2(0.0)) + base;
let loss = dot(focused, entropy);
let slope = dot(focused * vec2(-1.0, 1.0), missed + u.gamma * missed.yx * entropy);`;

/** Plain cross-entropy, or focal loss. */
export type LossKind = "bce" | "focal";

/** From a logit z and its target to `loss` and `slope`. */
const LOSSES: Record<LossKind, string> = { bce: CROSS_ENTROPY, focal: FOCAL };

/**
 * `out` gets, for every image and class, from `outFirst` on: the logit, and `stride` scalars later its loss, and again as much later the
 * gradient of the mean loss. A target below 0 is unknown: its loss and gradient are 0. From `targetsEnd` on, `targets` says how many the mean is over, and each class's weight w: what changes from batch
 * to batch is no uniform.
 */
export const headLoss = (kind: LossKind) =>
  defineKernel({
    name: `headLoss ${kind}`,
    workgroupSize: 16,
    bindings: { pooled: read("scalar"), parameters: read("scalar"), targets: read("scalar"), out: write("scalar") },
    uniforms: {
      values: "u32",
      channels: "u32",
      classes: "u32",
      weights: "u32",
      biases: "u32",
      outFirst: "u32",
      stride: "u32",
      targetsEnd: "u32",
      gamma: "f32",
      alpha: "f32",
    },
    body: `
if (thread >= u.values) { return; }
let image = thread / u.classes;
let class_ = thread % u.classes;
var z = 0.0;
for (var channel = 0u; channel < u.channels; channel++) {
  z = fma(load_pooled(image * u.channels + channel), load_parameters(u.weights + channel * u.classes + class_), z);
}
z += load_parameters(u.biases + class_);
let at = u.outFirst + thread;
let target_ = load_targets(at);
let positiveWeight = load_targets(u.targetsEnd + 1u + class_);
let small = exp(-abs(z));
let base = log(1.0 + small);
// sigmoid(-z), without an overflow on either side.
let failing = select(1.0, small, z > 0.0) / (1.0 + small);
store_out(at, z);${LOSSES[kind]}
let known = target_ >= 0.0;
store_out(at + u.stride, select(0.0, loss, known));
store_out(at + 2u * u.stride, select(0.0, slope / load_targets(u.targetsEnd), known));`,
  });

/** Begins the last block's gradient: gamma * dy at every pixel. */
export const headPoolGradient = (seen: Storage) =>
  defineStrips({
    name: "headPoolGradient",
    bindings: {
      seen: read(seen),
      norms: read("f32"),
      statistics: read("f32"),
      parameters: read("f32"),
      classifier: read("scalar"),
      slopes: read("scalar"),
      out: write("f32"),
    },
    uniforms: { ...NORM_GRADIENT.uniforms, pixels: "u32", classes: "u32", slopesFirst: "u32", weights: "u32", outStride: "u32" },
    perColumn: NORM_GRADIENT.perColumn,
    perRow: `
let image = pixel / u.pixels;
var value = vec4<f32>();
for (var class_ = 0u; class_ < u.classes; class_++) {
  let slope = load_slopes(u.slopesFirst + image * u.classes + class_);
  for (var lane = 0u; lane < 4u; lane++) {
    value[lane] += slope * load_classifier(u.weights + (column$ * 4u + lane) * u.classes + class_);
  }
}
value /= f32(u.pixels);
${NORM_GRADIENT.perValue}
store_out(pixel * u.outStride + column$, gamma$ * dy);`,
    columns: "sums",
  });
