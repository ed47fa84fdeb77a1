import { readFileSync } from "node:fs";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";
import { ADAPTERS, hasDriver } from "./scripts/drivers.mjs";
import { licenseNotices } from "./scripts/licenseNotices.ts";
import { vitestStandIn } from "./scripts/vitestStandIn.ts";

const port = Number(process.env.PORT ?? 4173);

/** Everything the page may load comes from the page itself. A built page says so; the preview server says it for workers too. */
const contentSecurityPolicy = [
  "default-src 'self'",
  // WebAssembly, and no other code from data.
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "connect-src 'self'",
  "img-src 'self' blob: data:",
  "style-src 'self' 'unsafe-inline'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

const WEIGHTS_FRAME = "fetchWeights.html";

/** The one frame that may connect elsewhere says its policy itself (public/); as a header it also says that it is of no origin. */
const weightsFramePolicy = [
  /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(readFileSync(`public/${WEIGHTS_FRAME}`, "utf8"))?.[1],
  "sandbox allow-scripts",
  "frame-ancestors 'self'",
].join("; ");

/** Emscripten's codecs name Node's modules for when they run there; a browser never asks for them, and a build need not warn of each. */
const withoutNode: Plugin = {
  name: "codecs-without-node",
  enforce: "pre",
  apply: "build",
  resolveId: (id, importer) => (/^(fs|path)$/.test(id) && importer?.includes("@cornerstonejs/codec-") ? "\0no-node" : null),
  load: (id) => (id === "\0no-node" ? "export default {}" : null),
};

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
    { test: { ...shared, name: "unit", include: ["src/**/*.test.ts", "scripts/**/*.test.ts"], exclude } },
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
          attrs: { "http-equiv": "Content-Security-Policy", content: contentSecurityPolicy },
          injectTo: "head-prepend",
        },
      ],
    },
    {
      name: "content-security-policy-header",
      configurePreviewServer: ({ middlewares }) => {
        middlewares.use(({ url }, response, next) => {
          const isFrame = url?.split("?")[0]?.endsWith(`/${WEIGHTS_FRAME}`);
          response.setHeader("Content-Security-Policy", isFrame ? weightsFramePolicy : contentSecurityPolicy);
          next();
        });
      },
    },
  ],
  worker: { format: "es", plugins: () => [withoutNode, vitestStandIn, notices.worker] },
  build: { target: "es2023", chunkSizeWarningLimit: 1500 },
  preview: {
    port,
    strictPort: true,
  },
  // Only where tests run: a build asks for no driver.
  test: process.env.VITEST ? { projects: listProjects() } : {},
});
