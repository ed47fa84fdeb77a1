// BatchNorm's scale and shift, so that a later kernel normalises as it loads: y = x * scale + shift. In training from the batch's
// own moments (Ioffe and Szegedy 2015), which also move the running statistics as torch.nn.BatchNorm2d moves them; in inference from
// the running ones. Normalises no pixel itself.
import { joinColumn, MOMENT_QUADS } from "./columns";
import { defineKernel, read, write } from "./kernel";
import { defineReduction, type Reducer } from "./reduction";

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
export const normaliseTraining = (reducer: Reducer) =>
  defineReduction({
    name: "normaliseTraining",
    reducer,
    bindings: {
      columnParts: read("f32"),
      statistics: write("f32"),
      parameters: read("f32"),
      norms: write("f32"),
      running: write("f32"),
    },
    uniforms: { fresh: "u32", means: "u32", deviations: "u32", variances: "u32", pixels: "f32", ...places },
    fields: { count: "f32", mean: "vec4<f32>", squares: "vec4<f32>" },
    count: "select(0u, u.parts, quad >= u.fresh)",
    load: `
let quads = u.quads - u.fresh;
let at = part * ${MOMENT_QUADS}u * quads + quad - u.fresh;
return Part(load_columnParts(at).x, load_columnParts(at + quads), load_columnParts(at + 2u * quads));`,
    join: `
let before = seen.count;
let more = next.count;
if (more == 0.0) { return seen; }
var joined = seen;
${joinColumn("moments", ["joined.mean", "joined.squares"], ["next.mean", "next.squares"])}
joined.count += more;
return joined;`,
    finish: `
if (quad >= u.fresh) {
  let variance = whole.squares / whole.count;
  store_statistics(u.means + quad, whole.mean);
  store_statistics(u.variances + quad, variance);
  store_statistics(u.deviations + quad, inverseSqrt(variance + vec4<f32>(${NORM_EPSILON})));
}
let mean = load_statistics(u.means + quad);
let scale = load_parameters(u.gammas + quad) * load_statistics(u.deviations + quad);
store_norms(u.scales + quad, scale);
store_norms(u.shifts + quad, fma(-mean, scale, load_parameters(u.betas + quad)));
let unbiased = load_statistics(u.variances + quad) * (u.pixels / max(u.pixels - 1.0, 1.0));
store_running(u.runningMeans + quad, mix(load_running(u.runningMeans + quad), mean, vec4<f32>(${NORM_MOMENTUM})));
store_running(u.runningVariances + quad, mix(load_running(u.runningVariances + quad), unbiased, vec4<f32>(${NORM_MOMENTUM})));`,
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
