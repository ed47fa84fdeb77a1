// How much GPU memory a run may take where the person has not said. Measures nothing.
import type { AdapterReport } from "./training";

const GIB = 2 ** 30;

/**
 * No browser says how much memory a graphics card has. Its largest buffer is what there is to go by: taken once over, and no less than
 * 1 GiB nor more than 4.
 * @returns bytes
 */
export function chooseBudget({ maxBufferBytes }: Pick<AdapterReport, "maxBufferBytes">, gpuBudgetMiB: number): number {
  return gpuBudgetMiB > 0 ? gpuBudgetMiB * 2 ** 20 : Math.min(4 * GIB, Math.max(GIB, maxBufferBytes));
}
