// The 1x1 convolution, stride 1, no bias: forward, and its gradients to the input and to the weights.
import { NORM_GRADIENT } from "./columns";
import { read, type Storage, write } from "./kernel";
import { defineProduct, type Tiling } from "./product";
import { defineWeightProduct } from "./weightProduct";

/** What a convolution writes: [pixels, outStride quads], from quad `outFirst` on. */
export const STORE_FORWARD = "let kept = rounded_out(value); store_out(u.outFirst + pixel * u.outStride + column$, kept);";
export const storeUniforms = { outStride: "u32", outFirst: "u32" } as const;

/** out = act(left) W, with the columns' moments for the BatchNorm that follows. A dense layer activates; a transition has pooled before. */
export const forward1x1 = (tiling: Tiling, left: Storage, out: Storage, activate: boolean) =>
  defineProduct({
    name: activate ? "convolve1x1" : "convolve1x1Pooled",
    tiling,
    left,
    activate,
    window: null,
    weights: "forward",
    bindings: { out: write(out) },
    uniforms: storeUniforms,
    perValue: STORE_FORWARD,
    columns: "moments",
  });

/** The dense layer's gradient to its input, through ReLU and BatchNorm's scale, added to the block's gradient. */
export const inputGradient1x1 = (tiling: Tiling, seen: Storage) =>
  defineProduct({
    name: "convolve1x1InputGradient",
    tiling,
    left: "f32",
    activate: false,
    window: null,
    weights: "gradient",
    bindings: { norms: read("f32"), statistics: read("f32"), seen: read(seen), out: write("f32") },
    uniforms: { ...NORM_GRADIENT.uniforms, outStride: "u32" },
    perColumn: NORM_GRADIENT.perColumn,
    perValue: `${NORM_GRADIENT.perValue}
let at = pixel * u.outStride + column$; store_out(at, fma(gamma$, dy, load_out(at)));`,
    columns: "sums",
  });

/** The transition's gradient to what it pooled. */
export const pooledGradient1x1 = (tiling: Tiling) =>
  defineProduct({
    name: "convolve1x1PooledGradient",
    tiling,
    left: "f32",
    activate: false,
    window: null,
    weights: "gradient",
    bindings: { out: write("f32") },
    uniforms: storeUniforms,
    perValue: "store_out(u.outFirst + pixel * u.outStride + column$, value);",
    columns: "none",
  });

export const weightGradient1x1 = (tiling: Tiling, left: Storage, activate: boolean) =>
  defineWeightProduct({
    name: activate ? "convolve1x1WeightGradient" : "convolve1x1PooledWeightGradient",
    tiling,
    left,
    activate,
    window: null,
    rowQuads: 2,
  });
