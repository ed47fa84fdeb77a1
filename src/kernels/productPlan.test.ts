// How products are cut for an adapter. What they compute is tested by what they are for: convolve1x1, convolve3x3, convolve7x7.
import fc from "fast-check";
import { expect, it } from "vitest";
import { TILINGS } from "../check/reference/testConvolutions";
import { planProduct, ROWS } from "./product";

const size = (max: number) => fc.integer({ min: 1, max });

it.each(TILINGS.flatMap((tiling) => [false, true].map((narrow) => ({ tiling, narrow }))))(
  "$tiling, narrow $narrow: strips cover each row once, in whole tiles, no more of them than allowed",
  ({ tiling, narrow }) => {
    fc.assert(
      fc.property(size(200_000), size(600), size(20_000), size(256), (rows, columnQuads, threads, maxParts) => {
        const plan = planProduct({ rows, columnQuads }, { tiling, narrow, threads, maxParts });
        expect(plan.rowsPerStrip % ROWS).toBe(0);
        expect(plan.strips * plan.rowsPerStrip).toBeGreaterThanOrEqual(rows);
        expect((plan.strips - 1) * plan.rowsPerStrip).toBeLessThan(rows);
        expect(plan.strips).toBeLessThanOrEqual(maxParts);
        expect(plan.threads % plan.strips).toBe(0);
        // Each invocation has two quads of columns of a strip.
        expect((plan.threads / plan.strips) * 2).toBeGreaterThanOrEqual(columnQuads);
      }),
    );
  },
);

it("gives an adapter as many strips as it has invocations for, while rows and parts last", () => {
  const plan = (threads: number) =>
    planProduct({ rows: 4096, columnQuads: 2 }, { tiling: "direct", threads, maxParts: 64 }).strips;
  expect([1, 8, 64, 1000].map(plan)).toEqual([1, 8, 64, 64]);
});
