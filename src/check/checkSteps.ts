// A training step of the small network against PyTorch's float64, by the engines and the rule of nn/golden.test.ts. Needs an open device.
import { allowFloat32, allowHalves, type Golden, type GoldenEngine, listFigures, stepOnce } from "../nn/golden/stepOnce";
import trainingMini from "../nn/golden/trainingMini.json";
import { type CheckedPart, STEP_NAMES } from "../protocol/gpuCheck";

const GOLDEN: Golden = trainingMini;

interface CheckedStep {
  name: string;
  engine: GoldenEngine;
  activations: "f32" | "f16";
}

export const STEPS: readonly CheckedStep[] = [
  { name: STEP_NAMES.fused, engine: "fused", activations: "f32" },
  { name: STEP_NAMES.halves, engine: "fused", activations: "f16" },
  { name: STEP_NAMES.stock, engine: "stock", activations: "f32" },
];

/** The distance told is that of the logits; each figure that is too far off is a failure, and so is whatever the step throws. */
export async function checkStep({ name, engine, activations }: CheckedStep): Promise<CheckedPart> {
  const part: CheckedPart = { name, kind: "step", checks: 0, worst: null, failures: [] };
  try {
    const { distances } = await stepOnce(engine, GOLDEN, activations);
    const allowed = activations === "f16" ? allowHalves(trainingMini.torchHalf) : allowFloat32(GOLDEN);
    for (const { figure, distance, allowed: most } of listFigures(distances, allowed)) {
      part.checks++;
      if (!(distance < most)) {
        const message = `is ${distance.toExponential(2)} from float64, and may be ${most.toExponential(2)}`;
        part.failures.push({ check: figure, message });
      }
    }
    // Halves are what they are: their distance is no error of the card.
    if (activations === "f32") part.worst = { error: distances.logits, allowed: allowed.logits };
  } catch (error) {
    part.checks++;
    part.failures.push({ check: "a training step", message: error instanceof Error ? error.message : String(error) });
  }
  return part;
}
