// Of what lab a check of a graphics card speaks: its version, and the very code that computes and checks, which changes between two versions
// too. Written into pages and workers by vite.config.ts.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import packageFile from "../package.json" with { type: "json" };

const FOLDERS = ["src/kernels", "src/nn", "src/check"];

/** E.g. "0.1.0+3f2a9c1b". */
export function readCheckedVersion(): string {
  const hash = createHash("sha256");
  for (const folder of FOLDERS) {
    const paths = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) => /\.(ts|json)$/.test(path));
    for (const path of paths.sort()) hash.update(`${path}\n`).update(readFileSync(join(folder, path)));
  }
  return `${packageFile.version}+${hash.digest("hex").slice(0, 8)}`;
}
