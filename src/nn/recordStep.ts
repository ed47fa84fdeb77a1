// A whole training step of the fused engine as a list of dispatches, with all the batch in one pass. Allocates and runs nothing.
import type { Dispatch } from "../kernels/dispatches";
import type { BatchShape, EngineOptions } from "./engine";
import { type Adapter, chooseBottlenecks } from "./forecast";
import { planBatch, planState } from "./fusedBuffers";
import { chooseTuning } from "./fusedKernels";
import { planLayout } from "./fusedLayout";
import { recordPass } from "./recordPass";
import { planUpdate } from "./recordUpdate";

/** Forward, loss, backward, and AdamW's update, as an adapter like this gets them. */
export function recordStep(options: EngineOptions, { count, size }: BatchShape, adapter: Adapter): Dispatch[] {
  const layout = planLayout(options);
  const state = planState(layout);
  const tuning = chooseTuning(adapter, options);
  const { activations: storage = "f32" } = options;
  const { maxBindingBytes } = adapter;
  const keepBottlenecks = chooseBottlenecks(options, { count, size }, adapter);
  const batch = planBatch(layout, options.classes, { count, size }, { storage, keepBottlenecks, maxBindingBytes });
  return [
    ...recordPass("training", { layout, options, tuning, state, batch, count, fromFilms: true, frozenGroups: 0 }),
    ...planUpdate(layout.parameters, state, options).dispatches,
  ];
}
