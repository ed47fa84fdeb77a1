// The fused engine's kernels for one way of tiling and of storing, and how its work is cut for an adapter. Compiles none.
import { concatPool, concatPoolGradient } from "../kernels/concatPool";
import * as conv1x1 from "../kernels/convolve1x1";
import * as conv3x3 from "../kernels/convolve3x3";
import * as conv7x7 from "../kernels/convolve7x7";
import { headPool, headPoolGradient } from "../kernels/head";
import type { Storage } from "../kernels/kernel";
import { normaliseTraining } from "../kernels/normalise";
import { addNormSums, correctGradient, takeGradient } from "../kernels/normGradient";
import type { Tiling } from "../kernels/product";
import type { Reducer } from "../kernels/reduction";
import { stemPool, stemPoolGradient } from "../kernels/stemPool";
import { transitionPool, transitionPoolGradient } from "../kernels/transitionPool";
import type { EngineOptions } from "./engine";

/** How the work is cut for an adapter, and what products are computed in. */
export interface Tuning {
  tiling: Tiling;
  /** Invocations that keep the adapter busy. */
  threads: number;
  /** Parts of a column, or of a weight gradient, at most. */
  maxParts: number;
  /** Who puts the parts of a column together. */
  reducer: Reducer;
}

const SOFTWARE = { tiling: "direct", threads: 256, maxParts: 64 } as const;
const HARDWARE = { tiling: "tiled", threads: 32_768, maxParts: 256 } as const;

/** A software adapter runs barriers slowly and has few threads; a graphics card wants shared tiles and many. Halves come in tiles alone. */
export function chooseTuning(
  { isSoftware }: { isSoftware: boolean },
  { arithmetic = "f32", subgroups = false }: Pick<EngineOptions, "arithmetic" | "subgroups"> = {},
): Tuning {
  const tuning = isSoftware ? SOFTWARE : HARDWARE;
  return { ...tuning, reducer: subgroups ? "subgroup" : "invocation", ...(arithmetic === "f16" ? { tiling: "halves" } : {}) };
}

/** The kernels of one way of tiling and storing; each is one pipeline. */
export function openKernels({ tiling, reducer }: Tuning, storage: Storage) {
  return {
    stem: conv7x7.forward7x7(tiling, storage),
    stemWeights: conv7x7.weightGradient7x7(tiling),
    bottleneck: conv1x1.forward1x1(tiling, storage, storage, true),
    bottleneckInput: conv1x1.inputGradient1x1(tiling, storage),
    bottleneckWeights: conv1x1.weightGradient1x1(tiling, storage, true),
    growth: conv3x3.forward3x3(tiling, storage, storage),
    growthInput: conv3x3.inputGradient3x3(tiling, storage),
    growthWeights: conv3x3.weightGradient3x3(tiling, storage),
    transition: conv1x1.forward1x1(tiling, "f32", storage, false),
    transitionInput: conv1x1.pooledGradient1x1(tiling),
    transitionWeights: conv1x1.weightGradient1x1(tiling, "f32", false),
    stemPool: stemPool(storage, storage),
    stemPoolGradient: stemPoolGradient(storage),
    transitionPool: transitionPool(storage),
    transitionPoolGradient: transitionPoolGradient(storage),
    headPool: headPool(storage),
    headPoolGradient: headPoolGradient(storage),
    concatPool: concatPool(storage),
    concatPoolGradient: concatPoolGradient(storage),
    normaliseTraining: normaliseTraining(reducer),
    addNormSums: addNormSums(reducer),
    takeGradient: takeGradient(storage),
    correctGradient: correctGradient(storage),
  };
}
