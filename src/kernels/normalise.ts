// BatchNorm's scale and shift, so that a later kernel normalises as it loads: y = x * scale + shift. In training from the batch's
// own moments (Ioffe and Szegedy 2015), which also move the running statistics as torch.nn.BatchNorm2d moves them; in inference from
// the running ones. Normalises no pixel itself.
import { joinColumn } from "./columns";
import { defineKernel, read, write } from "./kernel";

/** torch.nn.BatchNorm2d's defaults. */
export const NORM_EPSILON = 1e-5;
/** Share of the new batch in the running statistics. */
export const NORM_MOMENTUM = 0.1;

const places = {
  gammas: "u32",
  betas: "u32",
  scales: "u32",
  shifts: "u32",
  runningMeans: "u32",
  runningVariances: "u32",
} as const;

/**
 * For the first `quads` quads of the channels a layer reads. Those from `fresh` on are new: their `parts` are put together
 * and kept for later layers that read the same channels: a channel's moments do not depend on who asks.
 * `means`, `deviations` (one over the deviation) and `variances` (biased) are places in `statistics`.
 */
export const normaliseTraining = defineKernel({
  name: "normaliseTraining",
  workgroupSize: 16,
  bindings: {
    columnParts: read("f32"),
    statistics: write("f32"),
    parameters: read("f32"),
    norms: write("f32"),
    running: write("f32"),
  },
  uniforms: {
    quads: "u32",
    fresh: "u32",
    parts: "u32",
    means: "u32",
    deviations: "u32",
    variances: "u32",
    pixels: "f32",
    ...places,
  },
  body: `
if (thread >= u.quads) { return; }
if (thread >= u.fresh) {
  let quads = u.quads - u.fresh;
  let column = thread - u.fresh;
  var before = 0.0;
  var mean = vec4<f32>();
  var squares = vec4<f32>();
  for (var part = 0u; part < u.parts; part++) {
    let at = part * 3u * quads + column;
    let more = load_columnParts(at).x;
    if (more > 0.0) {
      ${joinColumn("moments", ["mean", "squares"], ["load_columnParts(at + quads)", "load_columnParts(at + 2u * quads)"])}
      before += more;
    }
  }
  let variance = squares / before;
  store_statistics(u.means + thread, mean);
  store_statistics(u.variances + thread, variance);
  store_statistics(u.deviations + thread, inverseSqrt(variance + vec4<f32>(${NORM_EPSILON})));
}
let mean = load_statistics(u.means + thread);
let scale = load_parameters(u.gammas + thread) * load_statistics(u.deviations + thread);
store_norms(u.scales + thread, scale);
store_norms(u.shifts + thread, fma(-mean, scale, load_parameters(u.betas + thread)));
let unbiased = load_statistics(u.variances + thread) * (u.pixels / max(u.pixels - 1.0, 1.0));
store_running(u.runningMeans + thread, mix(load_running(u.runningMeans + thread), mean, vec4<f32>(${NORM_MOMENTUM})));
store_running(u.runningVariances + thread, mix(load_running(u.runningVariances + thread), unbiased, vec4<f32>(${NORM_MOMENTUM})));`,
});

/** All the network's norms at once. */
export const normaliseInference = defineKernel({
  name: "normaliseInference",
  workgroupSize: 16,
  bindings: { parameters: read("f32"), running: read("f32"), norms: write("f32") },
  uniforms: { quads: "u32", ...places },
  body: `
if (thread >= u.quads) { return; }
let deviation = inverseSqrt(load_running(u.runningVariances + thread) + vec4<f32>(${NORM_EPSILON}));
let scale = load_parameters(u.gammas + thread) * deviation;
store_norms(u.scales + thread, scale);
store_norms(u.shifts + thread, fma(-load_running(u.runningMeans + thread), scale, load_parameters(u.betas + thread)));`,
});
