// Packs named arrays into one flat float32 vector for the GPU and back, exactly: a few large buffers in place of hundreds of
// small ones. Not a file format.
import type { NamedArray, NamedArrays } from "./engine";

export interface PackedArray {
  name: string;
  /** torchvision's layout: convolutions [out, in, height, width], linear [out, in]. */
  shape: number[];
  /** As it lies on the GPU: convolutions [height, width, in, out], linear [in, out]. */
  gpuShape: number[];
  /** First element in the vector. */
  offset: number;
  size: number;
}

export interface Packing {
  arrays: PackedArray[];
  /** Elements in all. */
  size: number;
}

export function planPacking(arrays: readonly { name: string; shape: number[] }[]): Packing {
  let offset = 0;
  const packed = arrays.map(({ name, shape }) => {
    const size = shape.reduce((product, side) => product * side, 1);
    const [out = 1, input = 1, ...window] = shape;
    const gpuShape = shape.length < 2 ? shape : [...window, input, out];
    const array = { name, shape, gpuShape, offset, size };
    offset += size;
    return array;
  });
  return { arrays: packed, size: offset };
}

/** Swaps between [out, in, window] and [window, in, out], `window` being height*width, or 1 for linear. */
function reorder(source: Float32Array, target: Float32Array, shape: number[], toGpu: boolean): void {
  const [out = 1, input = 1, ...sides] = shape;
  const window = sides.reduce((product, side) => product * side, 1);
  let ours = 0;
  for (let o = 0; o < out; o++) {
    for (let i = 0; i < input; i++) {
      for (let w = 0; w < window; w++) {
        const gpus = (w * input + i) * out + o;
        if (toGpu) target[gpus] = source[ours] ?? 0;
        else target[ours] = source[gpus] ?? 0;
        ours++;
      }
    }
  }
}

/** @throws Error where a name is missing; shapes are taken to be right */
export function pack(packing: Packing, named: NamedArrays): Float32Array {
  const flat = new Float32Array(packing.size);
  for (const { name, shape, offset, size } of packing.arrays) {
    const array = named.get(name);
    if (!array) throw new Error(`No array ${name} to pack`);
    const target = flat.subarray(offset, offset + size);
    if (shape.length < 2) target.set(array.data);
    else reorder(array.data, target, shape, true);
  }
  return flat;
}

export function unpack(packing: Packing, flat: Float32Array): [string, NamedArray][] {
  return packing.arrays.map(({ name, shape, offset, size }) => {
    const source = flat.subarray(offset, offset + size);
    const data = shape.length < 2 ? source.slice() : new Float32Array(size);
    if (shape.length >= 2) reorder(source, data, shape, false);
    return [name, { shape, data }];
  });
}
