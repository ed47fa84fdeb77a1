// Serves one module, bundled, on an empty page: for what has to run in a browser without the lab around it. Opens no browser.
import { writeFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { build, preview } from "vite";

export interface ServedModule {
  /** The empty page. */
  url: string;
  /** Where a script of that page imports the module from. */
  module: string;
  close(): Promise<void>;
}

/** Headers under which a page may measure its own memory, its workers' too. */
const ISOLATED = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

export async function serveModule(entry: string, { isolated = false } = {}): Promise<ServedModule> {
  const name = basename(entry, ".ts");
  const outDir = resolve(".cache/served", name);
  await build({
    configFile: false,
    logLevel: "error",
    worker: { format: "es" },
    build: { outDir, copyPublicDir: false, lib: { entry: resolve(entry), formats: ["es"], fileName: name } },
  });
  writeFileSync(resolve(outDir, "index.html"), `<!doctype html><title>${name}</title>`);
  const headers = isolated ? ISOLATED : {};
  const server = await preview({ configFile: false, logLevel: "error", build: { outDir }, preview: { port: 0, headers } });
  const url = server.resolvedUrls?.local[0] ?? "";
  return { url, module: new URL(`${name}.js`, url).href, close: () => server.close() };
}
