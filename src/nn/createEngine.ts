// Which engine a setting names. Not a third engine.
import type { EngineName } from "../protocol/settings";
import type { Engine, EngineOptions } from "./engine";
import { createFusedEngine } from "./fusedEngine";
import { createStockEngine } from "./stockEngine";

const CREATE: Record<EngineName, (options: EngineOptions, seed: number) => Engine> = {
  fused: createFusedEngine,
  stock: createStockEngine,
};

/** With fresh weights from `seed`, on the device that was opened last. */
export const createEngine = (name: EngineName, options: EngineOptions, seed: number): Engine => CREATE[name](options, seed);
