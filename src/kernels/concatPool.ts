// fastai's AdaptiveConcatPool2d over x * scale + shift: of each image and channel the maximum, then the mean; and its gradient. No ReLU:
// fastai's head reads what BatchNorm gives.
import { defineStrips, PLAIN_NORM_GRADIENT } from "./columns";
import { read, type Storage, write } from "./kernel";

/**
 * From row `firstImage` on, pooled [images, 2 * channels], with the moments of its columns, and places [images, channels]: the pixel of each
 * maximum, the first where several are as large. A row is an image.
 */
export const concatPool = (seen: Storage) =>
  defineStrips({
    name: "concatPool",
    bindings: { seen: read(seen), norms: read("f32"), pooled: write("f32"), places: write("f32") },
    uniforms: { firstImage: "u32", pixels: "u32", seenStride: "u32", scales: "u32", shifts: "u32" },
    perColumn: `let channelQuads = u.columnQuads / 2u;
let isMean = column$ >= channelQuads;
let channel = select(column$, column$ - channelQuads, isMean);
let scale = load_norms(u.scales + channel); let shift = load_norms(u.shifts + channel);`,
    perRow: `let first = row * u.pixels * u.seenStride + channel;
var largest = fma(load_seen(first), scale, shift);
var sum = largest;
var places_ = vec4<f32>();
for (var at = 1u; at < u.pixels; at++) {
  let value = fma(load_seen(first + at * u.seenStride), scale, shift);
  sum += value;
  let isLarger = value > largest;
  largest = select(largest, value, isLarger);
  places_ = select(places_, vec4<f32>(f32(at)), isLarger);
}
let kept = select(largest, sum / f32(u.pixels), isMean);
store_pooled((u.firstImage + row) * u.columnQuads + column$, kept);
if (!isMean) { store_places((u.firstImage + row) * channelQuads + channel, places_); }`,
    columns: "moments",
  });

/** Begins the last block's gradient: gamma * dy at every pixel, of the gradient to `pooled`. */
export const concatPoolGradient = (seen: Storage) =>
  defineStrips({
    name: "concatPoolGradient",
    bindings: {
      seen: read(seen),
      statistics: read("f32"),
      parameters: read("f32"),
      pooled: read("f32"),
      places: read("f32"),
      out: write("f32"),
    },
    uniforms: { ...PLAIN_NORM_GRADIENT.uniforms, firstImage: "u32", pixels: "u32", outStride: "u32" },
    perColumn: PLAIN_NORM_GRADIENT.perColumn,
    perRow: `let image = u.firstImage + pixel / u.pixels;
let ofMaximum = load_pooled(image * 2u * u.columnQuads + column$);
let ofMean = load_pooled((image * 2u + 1u) * u.columnQuads + column$);
let isPlace = load_places(image * u.columnQuads + column$) == vec4<f32>(f32(pixel % u.pixels));
let dy = ofMean / f32(u.pixels) + select(vec4<f32>(), ofMaximum, isPlace);
let seen = load_seen(pixel * u.seenStride + column$);
${PLAIN_NORM_GRADIENT.perValue}
store_out(pixel * u.outStride + column$, gamma$ * dy);`,
    columns: "sums",
  });
