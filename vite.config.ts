import { availableParallelism } from "node:os";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";
import { readCheckedVersion } from "./scripts/checkedVersion.ts";
import { ADAPTERS, hasDriver } from "./scripts/drivers.mjs";
import { licenseNotices } from "./scripts/licenseNotices.ts";
import { POLICIES } from "./scripts/policies.ts";
import { serviceWorker } from "./scripts/serviceWorker.ts";
import { vitestStandIn } from "./scripts/vitestStandIn.ts";

const port = Number(process.env.PORT ?? 4173);

/** Emscripten's codecs name Node's modules for when they run there; a browser never asks for them, and a build need not warn of each. */
const withoutNode: Plugin = {
  name: "codecs-without-node",
  enforce: "pre",
  apply: "build",
  resolveId: (id, importer) => (/^(fs|path)$/.test(id) && importer?.includes("@cornerstonejs/codec-") ? "\0no-node" : null),
  load: (id) => (id === "\0no-node" ? "export default {}" : null),
};

/** For a build, and for tests: Vitest takes what it defines out of the object that it is given. */
const define = { CHECKED_VERSION: JSON.stringify(readCheckedVersion()) };

const notices = licenseNotices("THIRD_PARTY_LICENSES.txt");

/** What computes on own kernels is tested on every driver there is; everything else once, on the best of them. */
const ON_DRIVERS = [
  "src/kernels/**/*.test.ts",
  ...["engine", "features", "fusedEngine", "scope"].map((name) => `src/nn/${name}.test.ts`),
];
/** One skipped test that says which driver is missing. */
const MISSING = "scripts/missingDriver.test.ts";

function listProjects(): TestProjectInlineConfiguration[] {
  const shared = {
    environment: "node",
    testTimeout: 120_000,
    hookTimeout: 120_000,
    server: { deps: { inline: [/@tensorflow\//] } },
  };
  const exclude = ["**/node_modules/**", ...ON_DRIVERS, MISSING];
  return [
    { define: { ...define }, test: { ...shared, name: "unit", include: ["src/**/*.test.ts", "scripts/**/*.test.ts"], exclude } },
    ...ADAPTERS.map((adapter): TestProjectInlineConfiguration => {
      const driven = hasDriver(adapter)
        ? { include: ON_DRIVERS, setupFiles: ["scripts/setUpDawn.ts"] }
        : { include: [MISSING], setupFiles: [] };
      return { test: { ...shared, ...driven, name: adapter, env: { ROENTGEN_ADAPTER: adapter } } };
    }),
  ];
}

export default defineConfig({
  base: "./",
  define: { ...define },
  plugins: [
    react(),
    withoutNode,
    // As served while it is worked on; a build has workers' own plugins. Where tests run, Vitest is Vitest.
    ...(process.env.VITEST ? [] : [vitestStandIn]),
    notices.page,
    {
      name: "content-security-policy",
      apply: "build",
      transformIndexHtml: () => [
        {
          tag: "meta",
          attrs: { "http-equiv": "Content-Security-Policy", content: POLICIES[""] },
          injectTo: "head-prepend",
        },
      ],
    },
    {
      name: "content-security-policy-header",
      configurePreviewServer: ({ middlewares }) => {
        middlewares.use(({ url }, response, next) => {
          const path = url?.split("?")[0]?.slice(1) ?? "";
          response.setHeader("Content-Security-Policy", POLICIES[path] ?? POLICIES[""] ?? "");
          next();
        });
      },
    },
    serviceWorker,
  ],
  worker: { format: "es", plugins: () => [withoutNode, vitestStandIn, notices.worker] },
  build: { target: "es2023", chunkSizeWarningLimit: 1500 },
  preview: {
    port,
    strictPort: true,
  },
  // Only where tests run: a build asks for no driver.
  // Of two cores Vitest would leave one to itself.
  test: process.env.VITEST ? { projects: listProjects(), maxWorkers: availableParallelism() } : {},
});
