// What a DenseNet's convolutions cost, counted from their shapes. Not a measurement.
import { DENSENETS, listArrays } from "../src/nn/densenet";
import type { Architecture } from "../src/protocol/settings";

/** A convolution of one film as a matrix product [pixels, inner] x [inner, out]. */
export interface Convolution {
  name: string;
  /** Output pixels. */
  pixels: number;
  /** Input channels times the window. */
  inner: number;
  out: number;
}

/** Side after a stride-2 window of `window` pixels with `pad` on each side. */
function halve(side: number, window: number, pad: number): number {
  return Math.floor((side + 2 * pad - window) / 2) + 1;
}

/** In the order of the forward pass, for films of `size` pixels a side. */
export function listConvolutions(arch: Architecture, size: number): Convolution[] {
  const stem = halve(size, 7, 3);
  let side = stem;
  let block = 0;
  return listArrays(DENSENETS[arch], 1)
    .filter(({ role }) => role === "convolution")
    .map(({ name, shape: [out = 0, input = 0, height = 0, width = 0] }) => {
      const inBlock = Number(/^features\.denseblock(\d+)/.exec(name)?.[1] ?? block);
      if (inBlock !== block) side = block === 0 ? halve(stem, 3, 1) : Math.floor(side / 2);
      block = inBlock;
      return { name, pixels: side * side, inner: input * height * width, out };
    });
}
