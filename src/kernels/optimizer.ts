// AdamW and SGD with momentum over a range of the flat parameters, as torch.optim computes them. Learning-rate groups are ranges. Gradients
// are of a loss that may have been scaled: `unscale` is one over it.
import { defineKernel, read, write } from "./kernel";

/**
 * AdamW with decoupled decay (Loshchilov and Hutter 2019): `keep` is 1 - lr * weightDecay, `rate` is lr / (1 - beta1^steps), and
 * `correction` sqrt(1 - beta2^steps).
 */
export const adamw = defineKernel({
  name: "adamw",
  bindings: { gradients: read("f32"), parameters: write("f32"), expAvg: write("f32"), expAvgSq: write("f32") },
  uniforms: {
    first: "u32",
    quads: "u32",
    unscale: "f32",
    beta1: "f32",
    beta2: "f32",
    oneMinusBeta1: "f32",
    oneMinusBeta2: "f32",
    keep: "f32",
    rate: "f32",
    correction: "f32",
    eps: "f32",
  },
  body: `
if (thread >= u.quads) { return; }
let at = u.first + thread;
let g = load_gradients(at) * u.unscale;
let m = load_expAvg(at) * u.beta1 + g * u.oneMinusBeta1;
let v = load_expAvgSq(at) * u.beta2 + g * g * u.oneMinusBeta2;
store_expAvg(at, m);
store_expAvgSq(at, v);
store_parameters(at, load_parameters(at) * u.keep - u.rate * (m / (sqrt(v) / u.correction + vec4<f32>(u.eps))));`,
});

/** torch.optim.SGD, no dampening, no Nesterov. */
export const sgd = defineKernel({
  name: "sgd",
  bindings: { gradients: read("f32"), parameters: write("f32"), momentumBuffer: write("f32") },
  uniforms: { first: "u32", quads: "u32", unscale: "f32", lr: "f32", momentum: "f32", weightDecay: "f32" },
  body: `
if (thread >= u.quads) { return; }
let at = u.first + thread;
let p = load_parameters(at);
let v = u.momentum * load_momentumBuffer(at) + (load_gradients(at) * u.unscale + p * u.weightDecay);
store_momentumBuffer(at, v);
store_parameters(at, p - u.lr * v);`,
});
