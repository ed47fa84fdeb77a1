// What the fused engine does with a batch, or a part of one, as a list of dispatches in order: the whole schedule stands before any of it runs.
// It allocates and runs nothing, so that a step's memory and work are known beforehand (forecast.ts).
import type { Dispatch } from "../kernels/dispatches";
import type { EngineUse } from "./engine";
import { recordBackward } from "./fusedBackward";
import { recordForward } from "./fusedForward";
import { openPass, type PassInputs } from "./fusedPass";

/**
 * Inference: logits in `outcome`. Training: forward with the batch's own statistics, loss, backward; gradients are added to `gradients`,
 * which a step clears first.
 */
export function recordPass(kind: EngineUse, inputs: PassInputs): Dispatch[] {
  const pass = openPass(kind, inputs);
  recordForward(pass);
  if (kind === "training") recordBackward(pass);
  return pass.dispatches;
}
