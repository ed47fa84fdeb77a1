// A moving average of values that change from step to step, such as the weights' (timm ModelEmaV2).
import { defineKernel, read, write } from "./kernel";

/** average = keep * average + take * values, where `take` is 1 - `keep`. */
export const moveAverage = defineKernel({
  name: "moveAverage",
  bindings: { values: read("f32"), average: write("f32") },
  uniforms: { quads: "u32", keep: "f32", take: "f32" },
  body: `
if (thread >= u.quads) { return; }
store_average(thread, u.keep * load_average(thread) + u.take * load_values(thread));`,
});
