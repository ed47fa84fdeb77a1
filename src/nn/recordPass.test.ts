import { expect, it } from "vitest";
import type { EngineOptions } from "./engine";
import { planBatch, planState } from "./fusedBuffers";
import { chooseTuning } from "./fusedKernels";
import { planLayout, QUAD } from "./fusedLayout";
import { layerGroupOf } from "./layerGroups";
import { recordPass } from "./recordPass";

const options: EngineOptions = { arch: "densenet121", classes: 1 };
const layout = planLayout(options);
const state = planState(layout);
const BATCH = { storage: "f32", keepBottlenecks: false, maxBindingBytes: 2 ** 31 } as const;

it.each([0, 1, 2])("computes gradients of the weights that are trained, and of no others: %i groups frozen", (frozenGroups) => {
  const batch = planBatch(layout, 1, { count: 4, size: 64 }, BATCH);
  const tuning = chooseTuning({ isSoftware: false });
  const inputs = { layout, options, tuning, state, batch, count: 4, fromFilms: true };
  const recorded = recordPass("training", { ...inputs, frozenGroups });
  const written = recorded.flatMap(({ bindings, uniforms }) =>
    Object.values(bindings).includes(state.gradients) && uniforms.out !== undefined ? [uniforms.out] : [],
  );
  const trained = layout.parameters.arrays.filter(
    ({ name, role }) => role === "convolution" && layerGroupOf(name) >= frozenGroups,
  );
  expect([...new Set(written)].sort()).toEqual(trained.map(({ offset }) => offset / QUAD).sort());
  // Norms in every group are trained all the same.
  const norms = layout.parameters.arrays.filter(({ role }) => role === "normScale");
  expect(recorded.filter(({ kernel }) => kernel.name === "addNormSums")).toHaveLength(norms.length);
});
