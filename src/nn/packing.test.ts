import fc from "fast-check";
import { expect, it } from "vitest";
import { pack, planPacking, unpack } from "./packing";

it("lays a convolution out as [height, width, in, out] and a linear layer as [in, out]", () => {
  const packing = planPacking([
    { name: "convolution", shape: [2, 1, 1, 2] },
    { name: "linear", shape: [2, 3] },
  ]);
  const flat = pack(
    packing,
    new Map([
      ["convolution", { shape: [2, 1, 1, 2], data: Float32Array.of(1, 2, 3, 4) }],
      ["linear", { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }],
    ]),
  );
  expect([...flat]).toEqual([1, 3, 2, 4, 1, 4, 2, 5, 3, 6]);
  expect(packing.arrays.map(({ gpuShape }) => gpuShape)).toEqual([
    [1, 2, 1, 2],
    [3, 2],
  ]);
});

const side = fc.integer({ min: 1, max: 4 });
const shape = fc.oneof(fc.tuple(), fc.tuple(side), fc.tuple(side, side), fc.tuple(side, side, side, side));

it("gives back bit for bit what was packed", () => {
  fc.assert(
    fc.property(fc.array(shape, { maxLength: 5 }), fc.infiniteStream(fc.float()), (shapes, values) => {
      const packing = planPacking(shapes.map((sides, index) => ({ name: `array ${index}`, shape: [...sides] })));
      const arrays = new Map(
        packing.arrays.map(({ name, shape, size }) => [
          name,
          { shape, data: Float32Array.from({ length: size }, () => Number(values.next().value)) },
        ]),
      );
      expect(new Map(unpack(packing, pack(packing, arrays)))).toEqual(arrays);
    }),
  );
});
