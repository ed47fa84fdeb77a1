// The 3x3 convolution, stride 1, padding 1, no bias: forward, and its gradients to the input and to the weights. It reads the
// bottleneck through BatchNorm and ReLU; the padding is of activated zeros.
import { NORM_GRADIENT } from "./columns";
import { STORE_FORWARD, storeUniforms } from "./convolve1x1";
import { read, type Storage, write } from "./kernel";
import { defineProduct, type Tiling } from "./product";
import { defineWeightProduct } from "./weightProduct";
import { WINDOW_3X3 } from "./window";

export const forward3x3 = (tiling: Tiling, left: Storage, out: Storage) =>
  defineProduct({
    name: "convolve3x3",
    tiling,
    narrow: true,
    left,
    activate: true,
    window: WINDOW_3X3,
    weights: "forward",
    bindings: { out: write(out) },
    uniforms: storeUniforms,
    perValue: STORE_FORWARD,
    columns: "moments",
  });

/** Back to the bottleneck's BatchNorm: gamma * dy, and its sums. */
export const inputGradient3x3 = (tiling: Tiling, seen: Storage) =>
  defineProduct({
    name: "convolve3x3InputGradient",
    tiling,
    left: "f32",
    activate: false,
    window: { ...WINDOW_3X3, flip: true },
    weights: "gradient",
    bindings: { norms: read("f32"), statistics: read("f32"), seen: read(seen), out: write("f32") },
    uniforms: { ...NORM_GRADIENT.uniforms, outStride: "u32" },
    perColumn: NORM_GRADIENT.perColumn,
    perValue: `${NORM_GRADIENT.perValue}
store_out(pixel * u.outStride + column$, gamma$ * dy);`,
    columns: "sums",
  });

export const weightGradient3x3 = (tiling: Tiling, left: Storage) =>
  defineWeightProduct({
    name: "convolve3x3WeightGradient",
    tiling,
    narrow: true,
    left,
    activate: true,
    window: WINDOW_3X3,
    rowQuads: 2,
  });
