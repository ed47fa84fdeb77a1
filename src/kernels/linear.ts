// A linear layer over rows [rows, inner], and its gradients. Weights lie as [inner, outs]. For the few rows of a head: an invocation computes
// an output, or a quad of one.
import { defineStrips } from "./columns";
import { defineKernel, read, write } from "./kernel";

/** Products that are summed before they join the total: long sums lose digits. */
const BLOCK = 64;

/** relu(left * weights + biases), [rows, columnQuads], with the moments of its columns. */
export const linearRelu = defineStrips({
  name: "linearRelu",
  bindings: { left: read("scalar"), parameters: read("f32"), out: write("f32") },
  uniforms: { inner: "u32", weights: "u32", biases: "u32" },
  perRow: `var total = load_parameters(u.biases + column$);
var sum = vec4<f32>();
for (var k = 0u; k < u.inner; k++) {
  sum = fma(vec4<f32>(load_left(row * u.inner + k)), load_parameters(u.weights + k * u.columnQuads + column$), sum);
  if (k % ${BLOCK}u == ${BLOCK - 1}u) { total += sum; sum = vec4<f32>(); }
}
let kept = relu(total + sum);
store_out(row * u.columnQuads + column$, kept);`,
  columns: "moments",
});

/** Back through ReLU, by what it gave, where the gradient lies. */
export const reluGradient = defineKernel({
  name: "reluGradient",
  bindings: { activated: read("f32"), gradient: write("f32") },
  uniforms: { values: "u32" },
  body: `
if (thread >= u.values) { return; }
store_gradient(thread, select(vec4<f32>(), load_gradient(thread), load_activated(thread) > vec4<f32>()));`,
});

/** The gradient to the input, [rows, inner], of the outputs' `slopes` [rows, outs]. */
export const linearInputGradient = defineKernel({
  name: "linearInputGradient",
  bindings: { slopes: read("scalar"), parameters: read("scalar"), out: write("scalar") },
  uniforms: { values: "u32", inner: "u32", outs: "u32", slopesFirst: "u32", weights: "u32" },
  body: `
if (thread >= u.values) { return; }
let slopes = u.slopesFirst + (thread / u.inner) * u.outs;
let weights = u.weights + (thread % u.inner) * u.outs;
var total = 0.0;
var sum = 0.0;
for (var k = 0u; k < u.outs; k++) {
  sum = fma(load_slopes(slopes + k), load_parameters(weights + k), sum);
  if (k % ${BLOCK}u == ${BLOCK - 1}u) { total += sum; sum = 0.0; }
}
store_out(thread, total + sum);`,
});

/** Adds the gradients of weights and biases: a weight an invocation, and the biases after them. */
export const linearWeightGradient = defineKernel({
  name: "linearWeightGradient",
  bindings: { left: read("scalar"), slopes: read("scalar"), gradients: write("scalar") },
  uniforms: { rows: "u32", inner: "u32", outs: "u32", slopesFirst: "u32", weights: "u32", biases: "u32" },
  body: `
if (thread >= (u.inner + 1u) * u.outs) { return; }
let k = thread / u.outs;
let column = thread % u.outs;
let isBias = k == u.inner;
var sum = 0.0;
for (var row = 0u; row < u.rows; row++) {
  var seen = 1.0;
  if (!isBias) { seen = load_left(row * u.inner + k); }
  sum = fma(seen, load_slopes(u.slopesFirst + row * u.outs + column), sum);
}
let at = select(u.weights + thread, u.biases + column, isBias);
store_gradients(at, load_gradients(at) + sum);`,
});
