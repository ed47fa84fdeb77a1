// A Vite plugin that writes the service worker beside a build's page, once all else is written: it holds the name and SHA-256 of every file.
// What it does is src/workers/offline.worker.ts.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build, type Plugin, type Rolldown } from "vite";
import type { Build } from "../src/storage/builtFiles";
import { POLICIES } from "./policies.ts";

const SCRIPT = "serviceWorker.js";
/** Stands in the script for its version, which is made of all the rest of it. */
const VERSION = "VERSION-OF-THE-BUILD";

/** Files in `directory`, below it too, with `/` between folders whatever the system. */
function listFiles(directory: string): string[] {
  const paths = readdirSync(directory, { recursive: true, encoding: "utf8" });
  return paths
    .filter((path) => statSync(join(directory, path)).isFile())
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => path !== SCRIPT)
    .sort();
}

const sha256 = (bytes: Uint8Array | string) => createHash("sha256").update(bytes);

/** Writes the service worker of what lies in `directory`, in place of one that is there. */
export async function writeServiceWorker(directory: string): Promise<void> {
  const files = listFiles(directory).map((path) => [
    // As a host gives it, which may lead from index.html to the folder.
    path === "index.html" ? "" : path,
    `sha256-${sha256(readFileSync(join(directory, path))).digest("base64")}`,
  ]);
  const content: Build = { version: VERSION, files: Object.fromEntries(files), policies: POLICIES };
  const built = await build({
    configFile: false,
    logLevel: "error",
    define: { BUILD: JSON.stringify(content) },
    build: { write: false, target: "es2023", lib: { entry: "src/workers/offline.worker.ts", formats: ["es"], fileName: SCRIPT } },
  });
  const [{ output }] = built as [Rolldown.RolldownOutput];
  const { code } = output[0];
  writeFileSync(join(directory, SCRIPT), code.replaceAll(VERSION, sha256(code).digest("hex").slice(0, 16)));
}

export const serviceWorker: Plugin = {
  name: "service-worker",
  apply: "build",
  writeBundle: {
    order: "post",
    sequential: true,
    handler: ({ dir }) => writeServiceWorker(dir ?? "dist"),
  },
};
