// The number types that weights files hold, under safetensors' names, each read as a JavaScript number. Not aware of any file format.

export interface NumberType {
  bytes: number;
  /** Little-endian. */
  read(view: DataView, offset: number): number;
}

/** IEEE 754 half precision. */
function readHalf(view: DataView, offset: number): number {
  const bits = view.getUint16(offset, true);
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The upper half of a float32. */
function readBrainFloat(view: DataView, offset: number): number {
  const widened = new DataView(new ArrayBuffer(4));
  widened.setUint16(0, view.getUint16(offset, true));
  return widened.getFloat32(0);
}

export const NUMBER_TYPES = {
  F64: { bytes: 8, read: (view, offset) => view.getFloat64(offset, true) },
  F32: { bytes: 4, read: (view, offset) => view.getFloat32(offset, true) },
  F16: { bytes: 2, read: readHalf },
  BF16: { bytes: 2, read: readBrainFloat },
  I64: { bytes: 8, read: (view, offset) => Number(view.getBigInt64(offset, true)) },
  I32: { bytes: 4, read: (view, offset) => view.getInt32(offset, true) },
  I16: { bytes: 2, read: (view, offset) => view.getInt16(offset, true) },
  I8: { bytes: 1, read: (view, offset) => view.getInt8(offset) },
  U8: { bytes: 1, read: (view, offset) => view.getUint8(offset) },
  BOOL: { bytes: 1, read: (view, offset) => view.getUint8(offset) },
} as const satisfies Record<string, NumberType>;

export type NumberTypeName = keyof typeof NUMBER_TYPES;

export const countElements = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1);

/** So many numbers that lie one after the other, as float32. */
export function readNumbers(view: DataView, offset: number, count: number, { bytes, read }: NumberType): Float32Array {
  const data = new Float32Array(count);
  for (let i = 0; i < count; i++) data[i] = read(view, offset + i * bytes);
  return data;
}

/** Float32, little-endian whatever the machine is, and as bits, so that every NaN survives. */
export function writeFloats(view: DataView, offset: number, { length, buffer, byteOffset }: Float32Array): void {
  const bits = new Uint32Array(buffer, byteOffset, length);
  for (let i = 0; i < length; i++) view.setUint32(offset + i * 4, bits[i] ?? 0, true);
}
