// The stem's maximum pooling, 3x3, stride 2, padding 1, over max(0, x * scale + shift): forward and gradient. It keeps no indices: where
// the maximum was is found again from the stem's output, the first in reading order, as PyTorch has it.
import { defineStrips, NORM_GRADIENT } from "./columns";
import { read, type Storage, write } from "./kernel";

const sizes = { height: "u32", width: "u32", outHeight: "u32", outWidth: "u32", stemStride: "u32" } as const;

/** One value a quad of channels and pixel of the stem; a place outside never wins. */
const ACTIVE = `
fn activated_at(image: u32, y: i32, x: i32, column: u32, scale: vec4<f32>, shift: vec4<f32>) -> vec4<f32> {
  let inside = (y >= 0i) & (x >= 0i) & (y < i32(u.height)) & (x < i32(u.width));
  let at = ((image * u.height + u32(max(y, 0i))) * u.width + u32(max(x, 0i))) * u.stemStride + column;
  return select(vec4<f32>(-1.0), relu(fma(load_seen(at), scale, shift)), inside);
}`;

export const stemPool = (stem: Storage, out: Storage) =>
  defineStrips({
    name: "stemPool",
    bindings: { seen: read(stem), norms: read("f32"), out: write(out) },
    uniforms: { ...sizes, scales: "u32", shifts: "u32", outStride: "u32" },
    functions: ACTIVE,
    perColumn: "let scale$ = load_norms(u.scales + column$); let shift$ = load_norms(u.shifts + column$);",
    perRow: `
let image = pixel / (u.outHeight * u.outWidth);
let top = i32((pixel / u.outWidth) % u.outHeight) * 2i - 1i;
let left = i32(pixel % u.outWidth) * 2i - 1i;
var value = vec4<f32>(-1.0);
for (var tap = 0i; tap < 9i; tap++) {
  let other = activated_at(image, top + tap / 3i, left + tap % 3i, column$, scale$, shift$);
  value = select(other, value, (other <= value) | is_nan(value));
}
let kept = rounded_out(value);
store_out(pixel * u.outStride + column$, kept);`,
    columns: "moments",
  });

/**
 * `pooled` is the gradient at the pooled pixels, [images, outHeight, outWidth, columnQuads]. Writes gamma * dy at the stem's
 * pixels, [images, height, width, columnQuads].
 */
export const stemPoolGradient = (stem: Storage) =>
  defineStrips({
    name: "stemPoolGradient",
    bindings: {
      seen: read(stem),
      norms: read("f32"),
      statistics: read("f32"),
      parameters: read("f32"),
      pooled: read("f32"),
      out: write("f32"),
    },
    uniforms: { ...sizes, ...NORM_GRADIENT.uniforms },
    functions: ACTIVE,
    perColumn: NORM_GRADIENT.perColumn,
    perRow: `
let image = pixel / (u.height * u.width);
let y = i32((pixel / u.width) % u.height);
let x = i32(pixel % u.width);
let own = activated_at(image, y, x, column$, scale$, shift$);
var value = vec4<f32>();
// The windows that hold this pixel: one or two each way.
for (var oy = y / 2i; oy <= (y + 1i) / 2i; oy++) {
  for (var ox = x / 2i; ox <= (x + 1i) / 2i; ox++) {
    if (oy < i32(u.outHeight) && ox < i32(u.outWidth)) {
      var wins = vec4<bool>(true);
      for (var tap = 0i; tap < 9i; tap++) {
        let ty = oy * 2i - 1i + tap / 3i;
        let tx = ox * 2i - 1i + tap % 3i;
        let other = activated_at(image, ty, tx, column$, scale$, shift$);
        let earlier = (ty < y) | ((ty == y) & (tx < x));
        wins = wins & ((own > other) | ((own == other) & vec4<bool>(!earlier)));
      }
      let at = ((image * u.outHeight + u32(oy)) * u.outWidth + u32(ox)) * u.columnQuads + column$;
      value += select(vec4<f32>(), load_pooled(at), wins);
    }
  }
}
${NORM_GRADIENT.perValue}
store_out(pixel * u.columnQuads + column$, gamma$ * dy);`,
    columns: "sums",
  });
