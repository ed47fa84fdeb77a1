// Packs named arrays into one flat float32 vector for the GPU and back, exactly: a few large buffers in place of hundreds of
// small ones. Not a file format.
import type { NamedArray, NamedArrays } from "./engine";
import { countElements } from "./numberTypes";

export interface Shaped {
  name: string;
  /** torchvision's layout: convolutions [out, in, height, width], linear [out, in]. */
  shape: number[];
}

export interface Place {
  /** As it lies on the GPU: convolutions [height, width, in, out], linear [in, out]. */
  gpuShape: number[];
  /** First element in the vector. */
  offset: number;
  size: number;
}

export type PackedArray<A extends Shaped = Shaped> = A & Place;

export interface Packing<A extends Shaped = Shaped> {
  arrays: PackedArray<A>[];
  /** Elements in all. */
  size: number;
}

/**
 * One after another; with `align`, each begins at a multiple of so many elements, and the input channels of convolutions are filled up
 * to a multiple of it, with zeros.
 */
export function planPacking<A extends Shaped>(arrays: readonly A[], align = 1): Packing<A> {
  const aligned = (count: number) => Math.ceil(count / align) * align;
  let offset = 0;
  const packed = arrays.map((one): PackedArray<A> => {
    const { shape } = one;
    const [out = 1, input = 1, ...window] = shape;
    const gpuShape = shape.length < 2 ? shape : [...window, window.length > 0 ? aligned(input) : input, out];
    const size = gpuShape.reduce((product, side) => product * side, 1);
    const array = { ...one, gpuShape, offset, size };
    offset = aligned(offset + size);
    return array;
  });
  return { arrays: packed, size: offset };
}

/** Swaps between [out, in, window] and [window, in, out], `window` being height*width, or 1 for linear. */
function reorder(source: Float32Array, target: Float32Array, { shape, gpuShape }: PackedArray, toGpu: boolean): void {
  const [out = 1, input = 1, ...sides] = shape;
  const gpuInput = gpuShape[gpuShape.length - 2] ?? 1;
  const window = sides.reduce((product, side) => product * side, 1);
  let ours = 0;
  for (let o = 0; o < out; o++) {
    for (let i = 0; i < input; i++) {
      for (let w = 0; w < window; w++) {
        const gpus = (w * gpuInput + i) * out + o;
        if (toGpu) target[gpus] = source[ours] ?? 0;
        else target[ours] = source[gpus] ?? 0;
        ours++;
      }
    }
  }
}

/** @throws Error where a name is missing; shapes are taken to be right */
export function pack(packing: Packing, named: NamedArrays): Float32Array<ArrayBuffer> {
  const flat = new Float32Array(packing.size);
  for (const packed of packing.arrays) {
    const { name, shape, offset, size } = packed;
    const array = named.get(name);
    if (!array) throw new Error(`No array ${name} to pack`);
    const target = flat.subarray(offset, offset + size);
    if (shape.length < 2) target.set(array.data);
    else reorder(array.data, target, packed, true);
  }
  return flat;
}

export function unpack(packing: Packing, flat: Float32Array): [string, NamedArray][] {
  return packing.arrays.map((packed) => {
    const { name, shape, offset, size } = packed;
    const source = flat.subarray(offset, offset + size);
    const elements = countElements(shape);
    const data = shape.length < 2 ? source.slice() : new Float32Array(elements);
    if (shape.length >= 2) reorder(source, data, packed, false);
    return [name, { shape, data }];
  });
}
