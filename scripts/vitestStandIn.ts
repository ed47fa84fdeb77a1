// For Vite: where a page is built, what the kernels' tests import as "vitest" is the house's own harness. Vitest itself never sees this.
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

export const vitestStandIn: Plugin = {
  name: "vitest-stand-in",
  enforce: "pre",
  resolveId: (id) => (id === "vitest" ? fileURLToPath(new URL("../src/check/harness.ts", import.meta.url)) : null),
};
