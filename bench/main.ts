// `npm run -s bench -- NAME [flags]`: one benchmark a file, one JSON line a result. Not a test: nothing here passes or fails.
import { endProcess } from "../scripts/vulkan";

type Benchmark = (flags: string[]) => Promise<void>;

const BENCHMARKS: Record<string, () => Promise<Benchmark>> = {
  drawn: async () => (await import("./drawn")).benchDrawn,
  index: async () => (await import("./index")).benchIndex,
  load: async () => (await import("./load")).benchLoad,
  live: async () => (await import("./live")).benchLive,
  memory: async () => (await import("./memory")).benchMemory,
  prepare: async () => (await import("./prepare")).benchPrepare,
  soak: async () => (await import("./soak")).benchSoak,
  step: async () => (await import("./step")).benchStep,
  trials: async () => (await import("./trials")).benchTrials,
};

const [name = "", ...flags] = process.argv.slice(2);
const names = Object.keys(BENCHMARKS).join(", ");
try {
  const load = Object.hasOwn(BENCHMARKS, name) ? BENCHMARKS[name] : undefined;
  if (!load) throw new Error(`Name a benchmark: ${names}.`);
  await (await load())(flags);
  endProcess(0);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  endProcess(1);
}
