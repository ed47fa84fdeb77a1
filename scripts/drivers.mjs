// Which Vulkan drivers there are for Dawn, and where. Opens none: `vulkan.ts` does. Plain JavaScript, so that Vite's own config may ask.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";

/** @typedef {"gpu" | "lavapipe" | "swiftshader"} Adapter */

/**
 * In the order they are tried: the machine's own, Mesa's software driver, Chromium's.
 * @type {readonly Adapter[]}
 */
export const ADAPTERS = ["gpu", "lavapipe", "swiftshader"];

/** Where Chromium keeps the ICD file of its SwiftShader; null where there is none. */
function findSwiftShader() {
  const places = ["/usr/lib/chromium", "/usr/lib64/chromium-browser", "/usr/lib/chromium-browser", "/opt/google/chrome"];
  return places.map((folder) => `${folder}/vk_swiftshader_icd.json`).find((path) => existsSync(path)) ?? null;
}

function findLavapipe() {
  const icd = resolve(".cache/lavapipe/lvp_icd.json");
  if (!existsSync(icd)) execFileSync(process.execPath, [resolve("scripts/setUpVulkan.mjs")], { stdio: "ignore" });
  return existsSync(icd) ? icd : null;
}

/**
 * The driver's ICD file; undefined for the machine's own drivers, null where this one is missing.
 * @param {Adapter} adapter
 * @returns {string | null | undefined}
 */
export function findDriver(adapter) {
  if (adapter === "lavapipe") return findLavapipe();
  if (adapter === "swiftshader") return findSwiftShader();
  return undefined;
}

const ASK = "import { create } from 'webgpu'; process.exit((await create([]).requestAdapter()) ? 0 : 1);";

/**
 * Whether Dawn has an adapter of that driver. Asks in a process of its own: an instance keeps the drivers that it was created with.
 * @param {Adapter} adapter
 */
export function hasDriver(adapter) {
  const icd = findDriver(adapter);
  if (icd === null) return false;
  const env = { ...process.env, ...(icd ? { VK_ICD_FILENAMES: icd } : {}) };
  return spawnSync(process.execPath, ["--input-type=module", "-e", ASK], { env, stdio: "ignore" }).status === 0;
}
