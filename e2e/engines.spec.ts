// The fused engine against the stock one in the browser itself, whose driver and compiler are not those of the tests in Node.
import { expect, test } from "@playwright/test";
import { type ServedModule, serveModule } from "../scripts/serveModule";

let served: ServedModule;
test.beforeAll(async () => {
  served = await serveModule("e2e/compareEngines.ts");
});
test.afterAll(() => served.close());

test("the fused engine's numbers are the stock engine's, and the same bits twice", async ({ page }) => {
  await page.goto(served.url);
  const seen = await page.evaluate(async (module) => {
    const { compareEngines } = (await import(module)) as typeof import("./compareEngines");
    return compareEngines();
  }, served.module);
  console.log(`Engines compared on ${seen.adapter}: ${JSON.stringify(seen)}`);
  expect(seen.predicted).toBeLessThan(1e-4);
  expect(seen.loss).toBeLessThan(1e-5);
  expect(seen.logits).toBeLessThan(1e-4);
  expect(seen.gradients).toBeLessThan(1e-4);
  expect(seen.sameBits).toBe(true);
  // Halves are rounded, and only rounded.
  expect(seen.halves).toBeGreaterThan(0);
  expect(seen.halves).toBeLessThan(1e-2);
});
