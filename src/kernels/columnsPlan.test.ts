// How rows are cut into strips. What is computed of them is tested in columns.test.ts.
import fc from "fast-check";
import { expect, it } from "vitest";
import { planStrips } from "./columns";

const size = (max: number) => fc.integer({ min: 1, max });

it("cuts rows into strips that cover each row once, no more of them than allowed", () => {
  fc.assert(
    fc.property(size(200_000), size(600), size(20_000), size(256), (rows, columnQuads, threads, maxParts) => {
      const plan = planStrips({ rows, columnQuads }, { threads, maxParts });
      expect(plan.strips * plan.rowsPerStrip).toBeGreaterThanOrEqual(rows);
      expect((plan.strips - 1) * plan.rowsPerStrip).toBeLessThan(rows);
      expect(plan.strips).toBeLessThanOrEqual(maxParts);
      expect(plan.threads).toBe(plan.strips * columnQuads);
      // No more than keeps the adapter busy, but for the last strip's invocations.
      expect(plan.threads).toBeLessThan(threads + columnQuads);
    }),
  );
});
