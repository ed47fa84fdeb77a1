// Opens WebGPU in Node: Dawn on the best driver this machine has. Not a backend: `src/nn/backend.ts` takes over from `navigator.gpu`.
import { tmpdir } from "node:os";
import { create, globals } from "webgpu";
import { ADAPTERS, findDriver } from "./drivers.mjs";

async function tryDriver(adapter: (typeof ADAPTERS)[number]): Promise<GPU | null> {
  const icd = findDriver(adapter);
  if (icd === null) return null;
  // The Vulkan loader reads this when an instance is created.
  if (icd !== undefined) process.env.VK_ICD_FILENAMES = icd;
  const gpu = create([]);
  return (await gpu.requestAdapter()) ? gpu : null;
}

/**
 * Puts WebGPU on `navigator.gpu`, from the first driver that gives an adapter: the machine's own, lavapipe, SwiftShader;
 * or from the one that `ROENTGEN_ADAPTER` (gpu, lavapipe, swiftshader) names. Dawn keeps the event loop alive: a script
 * that has called this ends with `endProcess`.
 * @throws Error where no driver works
 */
export async function openDawn(): Promise<void> {
  if (globalThis.navigator?.gpu) return;
  const wanted = process.env.ROENTGEN_ADAPTER;
  const tried = ADAPTERS.filter((adapter) => !wanted || adapter === wanted);
  if (tried.length === 0) throw new Error(`ROENTGEN_ADAPTER=${wanted}: choose one of ${ADAPTERS.join(", ")}.`);
  process.env.XDG_RUNTIME_DIR ??= tmpdir();
  for (const adapter of tried) {
    const gpu = await tryDriver(adapter);
    if (!gpu) continue;
    Object.assign(globalThis, globals);
    Object.defineProperty(globalThis, "navigator", { value: { gpu }, configurable: true });
    return;
  }
  throw new Error(
    `No WebGPU driver works here (tried ${tried.join(", ")}). Install a Vulkan driver, or Chromium for SwiftShader.`,
  );
}

/** Ends the process once all output is written, pipes included. */
export function endProcess(code: number): void {
  process.stdout.write("", () => process.stderr.write("", () => process.exit(code)));
}
