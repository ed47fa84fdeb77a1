import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LabError } from "../protocol/labError";
import { readSafetensors, writeSafetensors } from "./safetensors";

const name = fc.string({ minLength: 1, maxLength: 8 }).filter((text) => text !== "__metadata__");
const array = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 }).chain((shape) => {
  const size = shape.reduce((product, side) => product * side, 1);
  return fc.float32Array({ minLength: size, maxLength: size }).map((data) => ({ shape, data }));
});

/** A file from its header as it stands. */
function makeFile(header: unknown, data: number[] | Uint8Array = []): ArrayBuffer {
  const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const file = new Uint8Array(8 + text.length + data.length);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(text, 8);
  file.set(data, 8 + text.length);
  return file.buffer;
}

const entry = (dtype: string, shape: unknown, from: number, to: number) => ({ dtype, shape, data_offsets: [from, to] });

describe("writing and reading", () => {
  it("gives back arrays, order and metadata", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(name, array)), fc.dictionary(name, fc.string()), (entries, metadata) => {
        // JSON objects put integer-like names first; order holds for the names that networks have.
        const arrays = new Map(entries);
        const file = readSafetensors(writeSafetensors({ arrays, metadata }), "file");
        expect(new Map([...file.arrays].sort())).toEqual(new Map([...arrays].sort()));
        expect({ ...file.metadata }).toEqual({ ...metadata });
      }),
    );
  });

  it("begins the data on a multiple of 8 bytes and keeps order", () => {
    const arrays = new Map(["b", "a"].map((key) => [key, { shape: [1], data: Float32Array.of(1) }]));
    const file = writeSafetensors({ arrays, metadata: {} });
    expect(new DataView(file).getBigUint64(0, true) % 8n).toBe(0n);
    expect([...readSafetensors(file, "file").arrays.keys()]).toEqual(["b", "a"]);
  });

  it("reads the other number types as float32", () => {
    const data = new Uint8Array(8 + 8 + 4 * 2 + 2 * 2);
    const view = new DataView(data.buffer);
    view.setFloat64(0, 0.1, true);
    view.setBigInt64(8, -7n, true);
    [0x3c00, 0x8001, 0x7c00, 0x7e00].forEach((bits, index) => {
      view.setUint16(16 + 2 * index, bits, true);
    });
    [0x3f80, 0xc040].forEach((bits, index) => {
      view.setUint16(24 + 2 * index, bits, true);
    });
    const header = {
      d: entry("F64", [1], 0, 8),
      i: entry("I64", [], 8, 16),
      h: entry("F16", [4], 16, 24),
      b: entry("BF16", [2], 24, 28),
    };
    const { arrays } = readSafetensors(makeFile(header, data), "file");
    expect(arrays.get("d")?.data).toEqual(Float32Array.of(0.1));
    expect(arrays.get("i")).toEqual({ shape: [], data: Float32Array.of(-7) });
    expect(arrays.get("h")?.data).toEqual(Float32Array.of(1, -(2 ** -24), Number.POSITIVE_INFINITY, Number.NaN));
    expect(arrays.get("b")?.data).toEqual(Float32Array.of(1, -3));
  });
});

describe("a damaged file", () => {
  const four = [0, 0, 0, 0];
  it.each<[string, ArrayBuffer, RegExp]>([
    ["shorter than its length field", new ArrayBuffer(5), /only 5 bytes/],
    [
      "with a header longer than itself",
      new Uint8Array([255, 255, 255, 255, 255, 255, 255, 255, 1]).buffer,
      /header would be longer/,
    ],
    ["whose header is no JSON", makeFile("{"), /not JSON/],
    ["whose header is a list", makeFile([]), /not a JSON object/],
    ["with an unknown type", makeFile({ w: entry("Q4", [1], 0, 4) }, four), /w has the type Q4/],
    ["with a negative side", makeFile({ w: entry("F32", [-1], 0, 4) }, four), /w has no proper shape/],
    ["with a side of 1.5", makeFile({ w: entry("F32", [1.5], 0, 4) }, four), /w has no proper shape/],
    ["with one offset", makeFile({ w: { dtype: "F32", shape: [1], data_offsets: [0] } }, four), /data_offsets/],
    ["that was cut off", makeFile({ w: entry("F32", [2], 0, 8) }, four), /w reaches beyond the end/],
    ["with a shape that does not fill its bytes", makeFile({ w: entry("F32", [2], 0, 4) }, four), /needs 8 bytes but has 4/],
    ["with overlapping arrays", makeFile({ w: entry("F32", [1], 0, 4), v: entry("F32", [1], 0, 4) }, four), /overlaps/],
    ["with a gap", makeFile({ w: entry("F32", [1], 4, 8) }, [...four, ...four]), /leaves a gap/],
    ["with bytes left over", makeFile({ w: entry("F32", [1], 0, 4) }, [...four, 1]), /belong to no array/],
    ["with metadata that is no text", makeFile({ __metadata__: { size: 3 } }), /metadata size/],
  ])("%s is refused in a sentence that names it", (_, file, reason) => {
    const read = () => readSafetensors(file, "weights.safetensors");
    expect(read).toThrow(LabError);
    expect(read).toThrow(reason);
    expect(read).toThrow(/^weights\.safetensors cannot be read/);
  });

  it("is refused before its arrays are read: ten thousand of a megabyte, all of the same", () => {
    const bytes = 2 ** 20;
    const all = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`w${i}`, entry("U8", [bytes], 0, bytes)]));
    const file = new Uint8Array(makeFile(all));
    const whole = new Uint8Array(file.length + bytes);
    whole.set(file);
    expect(() => readSafetensors(whole.buffer, "file")).toThrow(/overlaps/);
  });

  it("never throws anything but a LabError", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((text) => new Uint8Array(makeFile(text))),
        ),
        (bytes) => {
          try {
            readSafetensors(new Uint8Array(bytes).buffer, "file");
          } catch (error) {
            expect(error).toBeInstanceOf(LabError);
          }
        },
      ),
    );
  });
});
