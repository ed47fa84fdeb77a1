// One training step of an engine, timed: `npm run -s bench -- step --arch densenet121 --size 64 --batch 2 --steps 3`. Reads the flags
// and finds the host; what is measured stands in measureStep.ts.
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { build, preview } from "vite";
import { openBrowser } from "../scripts/openBrowser";
import { openDawn } from "../scripts/vulkan";
import { ENGINES, type EngineName } from "../src/protocol/settings";
import { readActivations, readArch, readBottlenecks, readCount } from "./flags";
import { measureStep, type StepFlags } from "./measureStep";

interface Flags extends StepFlags {
  engines: EngineName[];
  host: string;
}

function readFlags(flags: string[]): Flags {
  const { values } = parseArgs({
    args: flags,
    options: {
      arch: { type: "string", default: "densenet121" },
      size: { type: "string", default: "64" },
      batch: { type: "string", default: "2" },
      steps: { type: "string", default: "3" },
      engines: { type: "string", default: "fused" },
      activations: { type: "string", default: "f32" },
      bottlenecks: { type: "string", default: "auto" },
      host: { type: "string", default: "node" },
      profile: { type: "boolean", default: false },
    },
  });
  if (!["node", "chromium"].includes(values.host)) throw new Error("--host must be node or chromium.");
  const engines = values.engines.split(",").map((name): EngineName => {
    const known = ENGINES.find((engine) => engine === name);
    if (!known) throw new Error(`--engines must name some of ${ENGINES.join(", ")}, not ${name}.`);
    return known;
  });
  return {
    arch: readArch(values.arch),
    activations: readActivations(values.activations),
    bottlenecks: readBottlenecks(values.bottlenecks),
    size: readCount(values.size, "size", 32),
    batch: readCount(values.batch, "batch", 1),
    steps: readCount(values.steps, "steps", 1),
    profile: values.profile,
    engines,
    host: values.host,
  };
}

/** Serves measureStep.ts, bundled, to a headless Chromium, and measures there, in the page. */
async function measureInChromium(engines: EngineName[], flags: StepFlags): Promise<void> {
  const outDir = resolve(".cache/bench");
  await build({
    configFile: false,
    logLevel: "error",
    build: {
      outDir,
      copyPublicDir: false,
      lib: { entry: resolve("bench/measureStep.ts"), formats: ["es"], fileName: "measureStep" },
    },
  });
  writeFileSync(resolve(outDir, "index.html"), "<!doctype html><title>bench</title>");
  const server = await preview({ configFile: false, logLevel: "error", build: { outDir }, preview: { port: 0 } });
  const url = server.resolvedUrls?.local[0] ?? "";
  const browser = await openBrowser(url);
  try {
    await browser.page.goto(url);
    for (const engine of engines) {
      const result = await browser.page.evaluate(
        async ([name, stepFlags]) => {
          const module = new URL("measureStep.js", location.href).href;
          const { measureStep } = (await import(/* @vite-ignore */ module)) as typeof import("./measureStep");
          return measureStep(name, stepFlags);
        },
        [engine, flags] as const,
      );
      console.log(JSON.stringify(result));
    }
  } finally {
    await browser.close();
    await server.close();
  }
}

export async function benchStep(args: string[]): Promise<void> {
  const { engines, host, ...flags } = readFlags(args);
  if (host === "chromium") return measureInChromium(engines, flags);
  await openDawn();
  for (const engine of engines) console.log(JSON.stringify(await measureStep(engine, flags)));
}
