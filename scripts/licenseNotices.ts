// A Vite plugin that writes the licences of all that is bundled into one file of the build. Vite's own `build.license` sees the page's
// bundle only, and most of the lab is in its workers'. It judges no licence.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Plugin } from "vite";

/** Of a package.json. */
interface Manifest {
  name: string;
  version: string;
  license?: string;
  homepage?: string;
  repository?: string | { url: string };
}

const TEXT_FILE = /^(licen[cs]e|copying|notice)/i;
/** The lab's own, whose text many packages leave out. */
const OWN = { license: "Apache-2.0", file: "LICENSE" };

const readManifest = (directory: string): Manifest => JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));

/** The folder of the package that a module is of; null for the lab's own. */
function findPackage(module: string): string | null {
  if (module.startsWith("\0") || !module.includes("/node_modules/")) return null;
  let directory = dirname(module);
  // Folders inside a package may have a package.json too, which names no version.
  while (!existsSync(join(directory, "package.json")) || !readManifest(directory).version) directory = dirname(directory);
  return directory;
}

function describe(directory: string): { title: string; text: string; lacksOwn: boolean } {
  const { name, version, license = "no licence named", homepage, repository } = readManifest(directory);
  const files = readdirSync(directory).filter((file) => TEXT_FILE.test(file));
  const texts = files.sort().map((file) => readFileSync(join(directory, file), "utf8").trim());
  const lacksOwn = texts.length === 0 && license === OWN.license;
  const from = homepage ?? (typeof repository === "string" ? repository : repository?.url) ?? "";
  const instead = ["The package brings no text of its licence", lacksOwn ? ", which stands at the end of this file." : "."].join(
    "",
  );
  const title = `${name} ${version} (${license})`;
  return { title, text: [title, ...(texts.length > 0 ? texts : [from, instead])].join("\n\n"), lacksOwn };
}

function write(directories: Iterable<string>): string {
  const packages = Array.from(directories, describe).sort((a, b) => (a.title < b.title ? -1 : 1));
  const sections = ["Roentgen Lab bundles these libraries, under their licences.", ...packages.map(({ text }) => text)];
  if (packages.some(({ lacksOwn }) => lacksOwn)) sections.push(readFileSync(OWN.file, "utf8").trim());
  return `${sections.join(`\n\n${"-".repeat(80)}\n\n`)}\n`;
}

/** `page` goes among the page's plugins, `worker` among its workers': the page's bundle is made last, and the file with it. */
export function licenseNotices(fileName: string): { page: Plugin; worker: Plugin } {
  const bundled = new Set<string>();
  const collect = (bundle: Record<string, { type: "asset" } | { type: "chunk"; moduleIds: string[] }>) => {
    const modules = Object.values(bundle).flatMap((file) => (file.type === "chunk" ? file.moduleIds : []));
    for (const directory of modules.map(findPackage)) if (directory) bundled.add(directory);
  };
  return {
    page: {
      name: "license-notices",
      apply: "build",
      generateBundle(_, bundle) {
        collect(bundle);
        this.emitFile({ type: "asset", fileName, source: write(bundled) });
      },
    },
    worker: {
      name: "license-notices-of-workers",
      apply: "build",
      generateBundle: (_, bundle) => collect(bundle),
    },
  };
}
