// Adds the parts of a split reduction to the gradients, in order: the same bits every time.
import { defineKernel, read, write } from "./kernel";

export const sumParts = defineKernel({
  name: "sumParts",
  bindings: { parts: read("f32"), gradients: write("f32") },
  uniforms: { quads: "u32", parts: "u32", stride: "u32", out: "u32" },
  body: `
if (thread >= u.quads) { return; }
var sum = load_gradients(u.out + thread);
for (var part = 0u; part < u.parts; part++) { sum += load_parts(part * u.stride + thread); }
store_gradients(u.out + thread, sum);`,
});
