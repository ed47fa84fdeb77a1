// torch.nn.utils.clip_grad_norm_ over ranges of the flat gradients: their Euclidean norm, added up in an order that does not depend on the
// adapter, what the gradients are multiplied by for it, and the product. Nothing of it is read back.
import { defineKernel, read, write } from "./kernel";

/** Invocations that add squares up, each a sum of its own, whatever the adapter. */
export const NORM_PARTS = 8192;
/** `norm` holds the sums, then the factor. */
export const NORM_FLOATS = NORM_PARTS + 1;
const ADDERS = 64;

/** The squares of a range into the sums, which the first range (`begin` 1) begins. */
export const sumSquares = defineKernel({
  name: "sumSquares",
  bindings: { gradients: read("f32"), norm: write("scalar") },
  uniforms: { first: "u32", quads: "u32", begin: "u32" },
  body: `
if (thread >= ${NORM_PARTS}u) { return; }
var sum = 0.0;
if (u.begin == 0u) { sum = load_norm(thread); }
for (var quad = thread; quad < u.quads; quad += ${NORM_PARTS}u) {
  let g = load_gradients(u.first + quad);
  sum += dot(g, g);
}
store_norm(thread, sum);`,
});

/** torch's, in `findClipFactor`. */
export const CLIP_EPSILON = 1e-6;

/**
 * torch's factor, maxNorm / (norm + epsilon) and at most 1; no number where the norm is none, so that nothing is hidden. Of scaled gradients
 * with both scaled alike. One workgroup.
 */
export const findClipFactor = defineKernel({
  name: "findClipFactor",
  workgroupSize: ADDERS,
  bindings: { norm: write("scalar") },
  uniforms: { maxNorm: "f32", epsilon: "f32" },
  functions: `var<workgroup> sums: array<f32, ${ADDERS}>;`,
  body: `
var sum = 0.0;
for (var part = local; part < ${NORM_PARTS}u; part += ${ADDERS}u) { sum += load_norm(part); }
sums[local] = sum;
workgroupBarrier();
if (local > 0u) { return; }
sum = 0.0;
for (var adder = 0u; adder < ${ADDERS}u; adder++) { sum += sums[adder]; }
let factor = min(u.maxNorm / (sqrt(sum) + u.epsilon), 1.0);
// By its bits: min() may swallow a NaN, and a driver that computes fast may take it that there is none.
let bits = bitcast<u32>(sum);
let finite = (bits & 0x7f800000u) != 0x7f800000u;
store_norm(${NORM_PARTS}u, select(bitcast<f32>(bits | 0x7fc00000u), factor, finite));`,
});

/** A range of the gradients times the factor. */
export const scaleGradients = defineKernel({
  name: "scaleGradients",
  bindings: { norm: read("scalar"), gradients: write("f32") },
  uniforms: { first: "u32", quads: "u32" },
  body: `
if (thread >= u.quads) { return; }
let at = u.first + thread;
store_gradients(at, load_gradients(at) * load_norm(${NORM_PARTS}u));`,
});
