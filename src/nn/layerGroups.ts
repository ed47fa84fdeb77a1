// Which layer group of fastai's an array belongs to, and what a step's scope makes of it by its group and role. Knows no device.
import type { ArraySpec } from "./densenet";
import type { OptimizerStep, StepScope } from "./engine";
import type { Packing } from "./packing";

const BODY = "features.";
const SECOND_GROUP = ["transition2", "denseblock3", "transition3", "denseblock4", "norm5"].map((part) => `${BODY}${part}.`);

/** By an array's name, from 0; fastai v1 (`vision/learner.py`, `_densenet_split`) cuts a DenseNet before `transition2` and before the head. */
export function layerGroupOf(name: string): number {
  if (!name.startsWith(BODY)) return 2;
  return SECOND_GROUP.some((prefix) => name.startsWith(prefix)) ? 1 : 0;
}

/** What a step does to a parameter. */
export interface Treatment {
  /** Else it stays as it is, its moments and decay too. */
  trained: boolean;
  lrFactor: number;
  decays: boolean;
}

const NORM_ROLES: readonly ArraySpec["role"][] = ["normScale", "normShift"];
/** What `bn_wd=False` leaves to decay (fastai v1, `split_no_wd_params`): no BatchNorm, and no bias. */
const WEIGHT_ROLES: readonly ArraySpec["role"][] = ["convolution", "linearWeight"];

/** BatchNorm is trained in frozen groups too (fastai `train_bn`). */
export const isTrained = ({ name, role }: Pick<ArraySpec, "name" | "role">, frozenGroups = 0) =>
  NORM_ROLES.includes(role) || layerGroupOf(name) >= frozenGroups;

const treat = (array: Pick<ArraySpec, "name" | "role">, scope: StepScope): Treatment => ({
  trained: isTrained(array, scope.frozenGroups),
  lrFactor: scope.groupFactors?.[layerGroupOf(array.name)] ?? 1,
  decays: (scope.decaysNorms ?? true) || WEIGHT_ROLES.includes(array.role),
});

/** Convolutions, BatchNorm's scales, its shifts, and what is linear: what a scope treats alike lies together, in few spans. */
export function orderParameters(arrays: readonly ArraySpec[]): ArraySpec[] {
  const kinds: ArraySpec["role"][][] = [["convolution"], ["normScale"], ["normShift"], ["linearWeight", "linearBias"]];
  return kinds.flatMap((roles) => arrays.filter(({ role }) => roles.includes(role)));
}

/** Neighbours among the parameters that are treated alike, in scalars of their vector. */
export interface Span extends Treatment {
  first: number;
  size: number;
}

/** All of the vector, from its first scalar to its last, in as few spans as can be: one where all is trained alike. */
export function cutSpans({ arrays, size }: Packing<ArraySpec>, scope: StepScope): Span[] {
  const spans: Span[] = [];
  arrays.forEach((array, index) => {
    const treatment = treat(array, scope);
    const { trained, lrFactor, decays } = treatment;
    const length = (arrays[index + 1]?.offset ?? size) - array.offset;
    const last = spans.at(-1);
    const alike = last && last.trained === trained && (!trained || (last.lrFactor === lrFactor && last.decays === decays));
    if (alike) last.size += length;
    else spans.push({ ...treatment, first: array.offset, size: length });
  });
  return spans;
}

/** The step as it falls on a span. */
export const stepOf = <S extends OptimizerStep>(step: S, { lrFactor, decays }: Treatment): S => ({
  ...step,
  lr: step.lr * lrFactor,
  weightDecay: decays ? step.weightDecay : 0,
});
