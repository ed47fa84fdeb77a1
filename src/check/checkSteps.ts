// A training step of the small network against PyTorch's float64, by the engines and the rule of nn/golden.test.ts. Needs an open device.
import {
  allowFloat32,
  allowHalves,
  type Golden,
  type GoldenEngine,
  listFigures,
  type StepDistances,
  type StepPrecision,
  stepOnce,
} from "../nn/golden/stepOnce";
import trainingMini from "../nn/golden/trainingMini.json";
import { type CheckedPart, STEP_NAMES } from "../protocol/gpuCheck";
import type { KernelFeature } from "../protocol/gpuFeatures";

const GOLDEN: Golden = trainingMini;
const AS_FLOATS = allowFloat32(GOLDEN);

interface CheckedStep {
  name: string;
  engine: GoldenEngine;
  precision: StepPrecision;
  /** Without which a card cannot take it. */
  feature?: KernelFeature;
  allowed: StepDistances;
}

const STEPS: readonly CheckedStep[] = [
  { name: STEP_NAMES.fused, engine: "fused", precision: {}, allowed: AS_FLOATS },
  { name: STEP_NAMES.halves, engine: "fused", precision: { activations: "f16" }, allowed: allowHalves(trainingMini.torchHalf) },
  {
    name: STEP_NAMES.halfProducts,
    engine: "fused",
    precision: { arithmetic: "f16" },
    feature: "shader-f16",
    allowed: allowHalves(trainingMini.torchHalfProducts),
  },
  { name: STEP_NAMES.subgroups, engine: "fused", precision: { subgroups: true }, feature: "subgroups", allowed: AS_FLOATS },
  { name: STEP_NAMES.stock, engine: "stock", precision: {}, allowed: AS_FLOATS },
];

/** Those that a card with these features can take. */
export const listSteps = (features: readonly string[]): CheckedStep[] =>
  STEPS.filter(({ feature }) => !feature || features.includes(feature));

/** The distance told is that of the logits; each figure that is too far off is a failure, and so is whatever the step throws. */
export async function checkStep({ name, engine, precision, feature, allowed }: CheckedStep): Promise<CheckedPart> {
  const part: CheckedPart = { name, kind: "step", ...(feature && { feature }), checks: 0, worst: null, failures: [] };
  try {
    const { distances } = await stepOnce(engine, GOLDEN, precision);
    for (const { figure, distance, allowed: most } of listFigures(distances, allowed)) {
      part.checks++;
      if (!(distance < most)) {
        const message = `is ${distance.toExponential(2)} from float64, and may be ${most.toExponential(2)}`;
        part.failures.push({ check: figure, message });
      }
    }
    // Halves are what they are: their distance is no error of the card.
    if (allowed === AS_FLOATS) part.worst = { error: distances.logits, allowed: allowed.logits };
  } catch (error) {
    part.checks++;
    part.failures.push({ check: "a training step", message: error instanceof Error ? error.message : String(error) });
  }
  return part;
}
