// Runs a TypeScript entry in Node with the house's own bundler: `node scripts/run.mjs ENTRY [ARGS]`.
// Not a build: what it writes goes to .cache/ and is thrown away. TF.js ships ES modules that only a bundler resolves.
import { rmSync } from "node:fs";
import { basename, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "vite";

const [entry, ...args] = process.argv.slice(2);
const name = basename(entry, ".ts");
const outDir = resolve(".cache/run", `${name}-${process.pid}`);
await build({
  configFile: false,
  logLevel: "error",
  ssr: { noExternal: [/^@tensorflow\//] },
  build: {
    ssr: resolve(entry),
    outDir,
    copyPublicDir: false,
    minify: false,
    sourcemap: "inline",
    rollupOptions: { output: { entryFileNames: `${name}.mjs` } },
  },
});
process.argv = [process.argv[0], resolve(outDir, `${name}.mjs`), ...args];
process.on("exit", () => rmSync(outDir, { recursive: true, force: true }));
await import(pathToFileURL(process.argv[1]).href);
