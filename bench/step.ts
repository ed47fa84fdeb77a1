// One training step of an engine, timed: `npm run -s bench -- step --arch densenet121 --size 64 --batch 2 --steps 3`. Reads the flags
// and finds the host; what is measured stands in measureStep.ts.
import { parseArgs } from "node:util";
import { openBrowser } from "../scripts/openBrowser";
import { serveModule } from "../scripts/serveModule";
import { openDawn } from "../scripts/vulkan";
import { ENGINES, type EngineName } from "../src/protocol/settings";
import { readActivations, readArch, readArithmetic, readBottlenecks, readCount, readHead } from "./flags";
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
      head: { type: "string", default: "linear" },
      size: { type: "string", default: "64" },
      batch: { type: "string", default: "2" },
      steps: { type: "string", default: "3" },
      engines: { type: "string", default: "fused" },
      activations: { type: "string", default: "f32" },
      arithmetic: { type: "string", default: "f32" },
      bottlenecks: { type: "string", default: "auto" },
      subgroups: { type: "boolean", default: false },
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
    head: readHead(values.head),
    activations: readActivations(values.activations),
    arithmetic: readArithmetic(values.arithmetic),
    bottlenecks: readBottlenecks(values.bottlenecks),
    size: readCount(values.size, "size", 32),
    batch: readCount(values.batch, "batch", 1),
    steps: readCount(values.steps, "steps", 1),
    subgroups: values.subgroups,
    profile: values.profile,
    engines,
    host: values.host,
  };
}

/** Measures in a page of a headless Chromium. */
async function measureInChromium(engines: EngineName[], flags: StepFlags): Promise<void> {
  const served = await serveModule("bench/measureStep.ts");
  const browser = await openBrowser(served.url);
  try {
    await browser.page.goto(served.url);
    for (const engine of engines) {
      const result = await browser.page.evaluate(
        async ([module, name, stepFlags]) => {
          const { measureStep } = (await import(/* @vite-ignore */ module)) as typeof import("./measureStep");
          return measureStep(name, stepFlags);
        },
        [served.module, engine, flags] as const,
      );
      console.log(JSON.stringify(result));
    }
  } finally {
    await browser.close();
    await served.close();
  }
}

export async function benchStep(args: string[]): Promise<void> {
  const { engines, host, ...flags } = readFlags(args);
  if (host === "chromium") return measureInChromium(engines, flags);
  await openDawn();
  for (const engine of engines) console.log(JSON.stringify(await measureStep(engine, flags)));
}
