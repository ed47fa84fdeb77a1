// The transition's average pooling, 2x2, stride 2, over max(0, x * scale + shift): forward and gradient. It comes before the transition's
// convolution, not after it as torchvision writes it: the two commute, and a quarter of the pixels is left to convolve.
import { defineStrips, NORM_GRADIENT } from "./columns";
import { defineKernel, read, type Storage, write } from "./kernel";

const sizes = { height: "u32", width: "u32", outHeight: "u32", outWidth: "u32" } as const;

/** [images, outHeight, outWidth, columnQuads]; an odd last row or column is left out, as PyTorch does. */
export const transitionPool = (seen: Storage) =>
  defineKernel({
    name: "transitionPool",
    bindings: { seen: read(seen), norms: read("f32"), out: write("f32") },
    uniforms: { ...sizes, values: "u32", columnQuads: "u32", seenStride: "u32", scales: "u32", shifts: "u32" },
    body: `
if (thread >= u.values) { return; }
let column = thread % u.columnQuads;
let pixel = thread / u.columnQuads;
let image = pixel / (u.outHeight * u.outWidth);
let y = ((pixel / u.outWidth) % u.outHeight) * 2u;
let x = (pixel % u.outWidth) * 2u;
let scale = load_norms(u.scales + column);
let shift = load_norms(u.shifts + column);
var sum = vec4<f32>();
for (var tap = 0u; tap < 4u; tap++) {
  let at = ((image * u.height + y + tap / 2u) * u.width + x + tap % 2u) * u.seenStride + column;
  sum += relu(fma(load_seen(at), scale, shift));
}
store_out(thread, sum * 0.25);`,
  });

/** Begins the block's gradient: gamma * dy at every pixel, zero where the pooling left a pixel out. */
export const transitionPoolGradient = (seen: Storage) =>
  defineStrips({
    name: "transitionPoolGradient",
    bindings: {
      seen: read(seen),
      norms: read("f32"),
      statistics: read("f32"),
      parameters: read("f32"),
      pooled: read("f32"),
      out: write("f32"),
    },
    uniforms: { ...sizes, ...NORM_GRADIENT.uniforms, outStride: "u32" },
    perColumn: NORM_GRADIENT.perColumn,
    perRow: `
let image = pixel / (u.height * u.width);
let y = ((pixel / u.width) % u.height) / 2u;
let x = (pixel % u.width) / 2u;
var value = vec4<f32>();
if (y < u.outHeight && x < u.outWidth) {
  value = 0.25 * load_pooled(((image * u.outHeight + y) * u.outWidth + x) * u.columnQuads + column$);
}
${NORM_GRADIENT.perValue}
store_out(pixel * u.outStride + column$, gamma$ * dy);`,
    columns: "sums",
  });
