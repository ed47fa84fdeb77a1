// How weight gradients are cut for an adapter. What they compute is tested by what they are for: convolve1x1, convolve3x3, convolve7x7.
import fc from "fast-check";
import { expect, it } from "vitest";
import { TILINGS } from "../check/reference/testConvolutions";
import { planWeightProduct } from "./weightProduct";

const size = (max: number) => fc.integer({ min: 1, max });

it.each(TILINGS)("%s: parts cover each pixel once, and are no more than allowed", (tiling) => {
  fc.assert(
    fc.property(
      fc.record({
        pixels: size(200_000),
        innerQuads: size(300),
        taps: fc.constantFrom(1, 9, 49),
        columnQuads: size(100),
        rowQuads: fc.constantFrom(1 as const, 2 as const),
      }),
      size(100_000),
      size(256),
      (shape, threads, maxParts) => {
        const plan = planWeightProduct(shape, { tiling, threads, maxParts });
        expect(plan.parts * plan.pixelsPerPart).toBeGreaterThanOrEqual(shape.pixels);
        expect((plan.parts - 1) * plan.pixelsPerPart).toBeLessThan(shape.pixels);
        expect(plan.parts).toBeLessThanOrEqual(maxParts);
        expect(plan.threads % plan.parts).toBe(0);
        // Each invocation has two quads of columns, and one or two of rows.
        const quads = shape.taps * shape.innerQuads * shape.columnQuads;
        expect((plan.threads / plan.parts) * 2 * shape.rowQuads).toBeGreaterThanOrEqual(quads);
      },
    ),
  );
});

it("cuts pixels no finer than it pays", () => {
  const shape = { pixels: 100, innerQuads: 1, taps: 1, columnQuads: 1, rowQuads: 2 } as const;
  expect(planWeightProduct(shape, { tiling: "direct", threads: 10_000, maxParts: 256 }).parts).toBe(2);
});
