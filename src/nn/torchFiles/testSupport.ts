// PyTorch files for tests, made opcode by opcode: what torch.save would never write.

export const fromBase64 = (text: string): ArrayBuffer => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer;

export type Piece = string | number[] | Piece[];

/** Letters are opcodes by their own names, or lines; numbers are bytes. */
export const opcodes = (...pieces: Piece[]): number[] =>
  pieces.flatMap((piece) =>
    typeof piece === "string"
      ? [...new TextEncoder().encode(piece)]
      : piece.flatMap((part) => (typeof part === "number" ? [part] : opcodes(part))),
  );

/** What follows BINUNICODE. */
export function text(value: string): number[] {
  const bytes = new TextEncoder().encode(value);
  return [...new Uint8Array(Uint32Array.of(bytes.length).buffer), ...bytes];
}

const MAGIC = [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e];
const PROTOCOL = [0x80, 0x02, ...opcodes("M", [0xe9, 0x03], ".")];
const SYSTEM = [0x80, 0x02, ...opcodes("}", ".")];

/** A file of the legacy format around these three parts: the object's pickle, the list of storages, and the storages themselves. */
export const makeLegacyFile = (pickle: number[], keys = opcodes("]", "."), storages: number[] = []): ArrayBuffer =>
  Uint8Array.from(MAGIC.concat(PROTOCOL, SYSTEM, pickle, keys, storages)).buffer;

export const int = (value: number): number[] => [...new Uint8Array(Int32Array.of(value).buffer)];

const tuple = (values: readonly number[]): Piece => ["(", ...values.flatMap((value): Piece => ["J", int(value)]), "t"];

/** A float32 tensor on the storage `key` of so many elements. */
export const tensor = (key: string, length: number, shape: readonly number[], strides: readonly number[], offset = 0): number[] =>
  opcodes(
    ["ctorch._utils\n_rebuild_tensor_v2\n", "("],
    ["(", "X", text("storage"), "ctorch\nFloatStorage\n", "X", text(key), "N", "J", int(length), "t", "Q"],
    ["K", [offset], tuple(shape), tuple(strides), "t", "R"],
  );

/** A state dict of float32 arrays as a file of the legacy format. */
export function makeStateDictFile(arrays: ReadonlyMap<string, { shape: readonly number[]; data: Float32Array }>): ArrayBuffer {
  const entries = [...arrays];
  const stridesOf = (shape: readonly number[]) =>
    shape.map((_, axis) => shape.slice(axis + 1).reduce((by, side) => by * side, 1));
  const pickle = entries.map(([name, { shape, data }]) => [
    "X",
    text(name),
    tensor(name, data.length, shape, stridesOf(shape)),
    "s",
  ]);
  const keys = entries.map(([name]) => ["X", text(name), "a"]);
  const storages = entries.flatMap(([, { data }]) => [...int(data.length), ...int(0), ...new Uint8Array(data.slice().buffer)]);
  return makeLegacyFile(opcodes("}", ...pickle, "."), opcodes("]", ...keys, "."), storages);
}
