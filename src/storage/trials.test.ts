import { expect, it } from "vitest";
import type { PreparedSample } from "../protocol/dataset";
import { DEFAULT_SETTINGS } from "../protocol/settings";
import type { Trial } from "../protocol/training";
import { createTestKeyValue } from "./testKeyValue";
import { createTrialStore } from "./trials";

it("reads a trial that was kept before there were engines as one of the plain model, which it was", async () => {
  const { engine, activations, filmsPerPass, gpuBudgetMiB, ...before } = DEFAULT_SETTINGS;
  expect(engine).toBe("fused");
  const store = createTrialStore({
    numbers: createTestKeyValue<number>(),
    trials: createTestKeyValue<Trial>(),
    samples: createTestKeyValue<PreparedSample>(),
  });
  const { id } = await store.add({ settings: before } as unknown as Trial, {} as PreparedSample);
  const old = { ...before, engine: "stock", activations, filmsPerPass, gpuBudgetMiB };
  expect((await store.read(id)).settings).toEqual(old);
  expect((await store.list())[0]?.settings).toEqual(old);
  expect((await store.patch(id, { state: "running" })).settings).toEqual(old);
  const newer = await store.add({ settings: { ...DEFAULT_SETTINGS, filmsPerPass: 4 } } as Trial, {} as PreparedSample);
  expect((await store.read(newer.id)).settings).toMatchObject({ engine: "fused", filmsPerPass: 4 });
});
