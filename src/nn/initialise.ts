// Fresh weights, drawn as torchvision's DenseNet draws them, and fastai its head. Not PyTorch's own stream of numbers: only its distributions.
import type { ArraySpec } from "./densenet";
import type { NamedArrays } from "./engine";
import { countElements } from "./numberTypes";
import { createRandom, type Random } from "./random";

function fill(length: number, draw: () => number): Float32Array {
  const values = new Float32Array(length);
  for (let index = 0; index < length; index++) values[index] = draw();
  return values;
}

/** kaiming_normal_ (He et al. 2015), fan_in. */
function drawKaiming(length: number, fanIn: number, random: Random): Float32Array {
  const deviation = Math.sqrt(2 / fanIn);
  return fill(length, () => deviation * random.normal());
}

function drawArray({ shape, role, kaiming }: ArraySpec, random: Random): Float32Array {
  const length = countElements(shape);
  const fanIn = length / (shape[0] ?? 1);
  switch (role) {
    case "convolution":
      return drawKaiming(length, fanIn, random);
    case "linearWeight": {
      if (kaiming) return drawKaiming(length, fanIn, random);
      // torch.nn.Linear's own kaiming_uniform_(a=sqrt(5)), which comes to 1/sqrt(fan_in).
      const bound = 1 / Math.sqrt(fanIn);
      return fill(length, () => bound * (2 * random.float() - 1));
    }
    case "normScale":
    case "runningVariance":
      return new Float32Array(length).fill(1);
    case "normShift":
    case "linearBias":
    case "runningMean":
    case "batches":
      return new Float32Array(length);
  }
}

/**
 * Arrays by name in the order given; each has its own generator, so a network's others do not depend on it, and those that are not
 * `wanted` are left out.
 */
export function initialise(
  arrays: readonly ArraySpec[],
  seed: number,
  wanted: (array: ArraySpec) => boolean = () => true,
): NamedArrays {
  const drawn: NamedArrays = new Map();
  arrays.forEach((array, index) => {
    if (wanted(array)) drawn.set(array.name, { shape: array.shape, data: drawArray(array, createRandom(seed, "init", index)) });
  });
  return drawn;
}
