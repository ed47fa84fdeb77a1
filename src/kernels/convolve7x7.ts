// The stem's 7x7 convolution, stride 2, padding 3, no bias: forward and its gradient to the weights; films have none. The three input
// channels are a quad whose last is zero.
import { STORE_FORWARD, storeUniforms } from "./convolve1x1";
import { type Storage, write } from "./kernel";
import { defineProduct, type Tiling } from "./product";
import { defineWeightProduct } from "./weightProduct";
import { WINDOW_7X7 } from "./window";

/** One part in 25 of a DenseNet121's products, and the films themselves: these stay floats. */
const inFloats = (tiling: Tiling): Tiling => (tiling === "halves" ? "tiled" : tiling);

export const forward7x7 = (tiling: Tiling, out: Storage) =>
  defineProduct({
    name: "convolve7x7",
    tiling: inFloats(tiling),
    left: "f32",
    activate: false,
    oneQuad: true,
    window: WINDOW_7X7,
    weights: "forward",
    bindings: { out: write(out) },
    uniforms: storeUniforms,
    perValue: STORE_FORWARD,
    columns: "moments",
  });

export const weightGradient7x7 = (tiling: Tiling) =>
  defineWeightProduct({
    name: "convolve7x7WeightGradient",
    tiling: inFloats(tiling),
    left: "f32",
    activate: false,
    window: WINDOW_7X7,
    rowQuads: 1,
  });
