// BatchNorm1d and dropout over rows of features: (x * scale + shift) * mask; and the gradient. A mask's factor is 0, or what keeps the mean.
import { defineStrips, PLAIN_NORM_GRADIENT } from "./columns";
import { defineKernel, read, write } from "./kernel";

/** All arrays are [rows, columnQuads]. */
export const normaliseRows = defineKernel({
  name: "normaliseRows",
  bindings: { seen: read("f32"), norms: read("f32"), masks: read("f32"), out: write("f32") },
  uniforms: { values: "u32", columnQuads: "u32", scales: "u32", shifts: "u32" },
  body: `
if (thread >= u.values) { return; }
let column = thread % u.columnQuads;
let normalised = fma(load_seen(thread), load_norms(u.scales + column), load_norms(u.shifts + column));
store_out(thread, normalised * load_masks(thread));`,
});

/** The gradient to `out` becomes gamma * dy where it lies; what BatchNorm takes off for its batch is normGradient.ts's. */
export const normaliseRowsGradient = defineStrips({
  name: "normaliseRowsGradient",
  bindings: {
    seen: read("f32"),
    masks: read("f32"),
    statistics: read("f32"),
    parameters: read("f32"),
    gradient: write("f32"),
  },
  uniforms: PLAIN_NORM_GRADIENT.uniforms,
  perColumn: PLAIN_NORM_GRADIENT.perColumn,
  perRow: `let at = row * u.columnQuads + column$;
let dy = load_gradient(at) * load_masks(at);
let seen = load_seen(pixel * u.seenStride + column$);
${PLAIN_NORM_GRADIENT.perValue}
store_gradient(at, gamma$ * dy);`,
  columns: "sums",
});
