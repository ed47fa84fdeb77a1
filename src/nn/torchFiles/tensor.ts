// A tensor as a PyTorch file describes it: a view with strides on a storage, which is a span of the file. Nothing is copied until it is read.
import type { LazyArray } from "../lazyArrays";
import { countElements, NUMBER_TYPES, type NumberTypeName, readNumbers } from "../numberTypes";
import type { Refuse } from "./refusal";

/** torch's storage classes by name, and what they hold. */
export const STORAGE_TYPES = new Map<string, NumberTypeName>([
  ["DoubleStorage", "F64"],
  ["FloatStorage", "F32"],
  ["HalfStorage", "F16"],
  ["BFloat16Storage", "BF16"],
  ["LongStorage", "I64"],
  ["IntStorage", "I32"],
  ["ShortStorage", "I16"],
  ["CharStorage", "I8"],
  ["ByteStorage", "U8"],
  ["BoolStorage", "BOOL"],
]);

/** Where the bytes lie. In the legacy format that is known only after the tensors were described. */
export interface Span {
  buffer: ArrayBuffer;
  offset: number;
}

export class Storage {
  readonly type: NumberTypeName;
  /** In elements. */
  readonly length: number;
  readonly find: () => Span;

  constructor(type: NumberTypeName, length: number, find: () => Span) {
    this.type = type;
    this.length = length;
    this.find = find;
  }
}

const areCounts = (values: unknown): values is number[] =>
  Array.isArray(values) && values.every((value) => Number.isSafeInteger(value) && value >= 0);

export class Tensor implements LazyArray {
  readonly shape: number[];
  readonly #storage: Storage;
  readonly #offset: number;
  readonly #strides: number[];

  /** As `torch._utils._rebuild_tensor_v2` is called. @throws LabError where it reaches beyond its storage */
  constructor(storage: unknown, offset: unknown, shape: unknown, strides: unknown, refuse: Refuse) {
    if (!(storage instanceof Storage)) throw refuse("a tensor has no storage");
    if (!areCounts([offset]) || !areCounts(shape) || !areCounts(strides) || shape.length !== strides.length) {
      throw refuse("a tensor has no proper shape");
    }
    const size = countElements(shape);
    const last = shape.reduce((at, side, axis) => at + (side - 1) * strides[axis]!, Number(offset));
    // A view that repeats elements could ask for more memory than there is; no network keeps its weights so.
    if (size > storage.length || (size > 0 && last >= storage.length)) {
      throw refuse(`a tensor [${shape.join(", ")}] reaches beyond its storage of ${storage.length} elements`);
    }
    this.shape = shape;
    this.#storage = storage;
    this.#offset = Number(offset);
    this.#strides = strides;
  }

  /** As float32, row by row. */
  read(): Float32Array {
    const type = NUMBER_TYPES[this.#storage.type];
    const { buffer, offset } = this.#storage.find();
    const view = new DataView(buffer, offset);
    const size = countElements(this.shape);
    if (this.#isContiguous()) return readNumbers(view, this.#offset * type.bytes, size, type);
    const data = new Float32Array(size);
    const index = this.shape.map(() => 0);
    let at = this.#offset;
    for (let i = 0; i < size; i++) {
      data[i] = type.read(view, at * type.bytes);
      for (let axis = index.length - 1; axis >= 0; axis--) {
        at += this.#strides[axis]!;
        if (++index[axis]! < this.shape[axis]!) break;
        at -= this.#strides[axis]! * this.shape[axis]!;
        index[axis] = 0;
      }
    }
    return data;
  }

  /** As all but a few of a file's tensors are: worth reading fast. */
  #isContiguous(): boolean {
    return this.#strides.every((stride, axis) => stride === countElements(this.shape.slice(axis + 1)));
  }
}
