// The gradient back through the batch statistics. With xhat = (x - mean) * deviation shared by every layer l that reads a channel,
// its gradient is deviation * (sum of gamma_l dy_l - S1 - xhat S2), where S1 = sum of gamma_l mean(dy_l) and S2 = sum of gamma_l
// mean(dy_l xhat): layers only add, and the correction is made once, when the channel's own producer reads its gradient.
import { joinColumn } from "./columns";
import { defineKernel, read, type Storage, write } from "./kernel";
import { defineReduction, type Reducer } from "./reduction";

/**
 * Puts the parts of sum(dy) and sum(dy xhat) together: the gradients of shift and scale, and this layer's share of S1 and S2.
 * `begin` is 1 for the first layer that adds to them.
 */
export const addNormSums = (reducer: Reducer) =>
  defineReduction({
    name: "addNormSums",
    reducer,
    bindings: { columnParts: read("f32"), parameters: read("f32"), gradients: write("f32"), sums: write("f32") },
    uniforms: { gammas: "u32", betas: "u32", firsts: "u32", seconds: "u32", begin: "u32", pixels: "f32" },
    fields: { first: "vec4<f32>", second: "vec4<f32>" },
    load: `
let at = part * 2u * u.quads + quad;
return Part(load_columnParts(at), load_columnParts(at + u.quads));`,
    join: `
var joined = seen;
${joinColumn("sums", ["joined.first", "joined.second"], ["next.first", "next.second"])}
return joined;`,
    finish: `
store_gradients(u.betas + quad, load_gradients(u.betas + quad) + whole.first);
store_gradients(u.gammas + quad, load_gradients(u.gammas + quad) + whole.second);
let share = load_parameters(u.gammas + quad) / u.pixels;
var firsts = share * whole.first;
var seconds = share * whole.second;
if (u.begin == 0u) {
  firsts += load_sums(u.firsts + quad);
  seconds += load_sums(u.seconds + quad);
}
store_sums(u.firsts + quad, firsts);
store_sums(u.seconds + quad, seconds);`,
  });

const uniforms = {
  values: "u32",
  columnQuads: "u32",
  stride: "u32",
  firstQuad: "u32",
  means: "u32",
  deviations: "u32",
  firsts: "u32",
  seconds: "u32",
} as const;

const corrected = (gradient: string) => `
if (thread >= u.values) { return; }
let column = thread % u.columnQuads;
let at = (thread / u.columnQuads) * u.stride + u.firstQuad + column;
let deviation = load_statistics(u.deviations + column);
let normalised = (load_seen(at) - load_statistics(u.means + column)) * deviation;
let correction = load_sums(u.firsts + column) + normalised * load_sums(u.seconds + column);
let value = deviation * (${gradient} - correction);`;

/** Reads some channels of the block's gradient, corrected, into an array of their own. */
export const takeGradient = (seen: Storage) =>
  defineKernel({
    name: "takeGradient",
    bindings: { seen: read(seen), statistics: read("f32"), sums: read("f32"), gradient: read("f32"), out: write("f32") },
    uniforms,
    body: `${corrected("load_gradient(at)")}
store_out(thread, value);`,
  });

/** Corrects a gradient where it lies. */
export const correctGradient = (seen: Storage) =>
  defineKernel({
    name: "correctGradient",
    bindings: { seen: read(seen), statistics: read("f32"), sums: read("f32"), gradient: write("f32") },
    uniforms,
    body: `${corrected("load_gradient(at)")}
store_gradient(at, value);`,
  });
