// Every kernel's own tests, run where Vitest is not: the same files, cases, references and tolerances as in `npm test`.
import { type CheckedPart, type CheckScope, findWorse } from "../protocol/gpuCheck";
import { type CollectedFile, type CollectedTest, collectTests } from "./harness";
import { compileAsNeeded, watchDistances } from "./reference/testKernels";

/** All but those that need no graphics card: how work is cut is the same on each. */
const FILES = import.meta.glob(["../kernels/*.test.ts", "!../kernels/*Plan.test.ts"]);

/** Of a quick check: the cases of a kernel that are run. */
const QUICK_CASES = 2;

export interface KernelTests {
  name: string;
  file: CollectedFile;
  tests: CollectedTest[];
}

/** A module is evaluated once, and defines its tests then. */
const collected = new Map<string, CollectedFile>();

/** The tests of all kernels, or of those named, one after another as they would run. */
export async function collectKernelTests(scope: CheckScope, only?: readonly string[]): Promise<KernelTests[]> {
  const kernels: KernelTests[] = [];
  if (scope === "quick") compileAsNeeded();
  for (const [path, load] of Object.entries(FILES)) {
    const name = path.replace(/^.*\/([^/]+)\.test\.ts$/, "$1");
    if (only && !only.includes(name)) continue;
    const file = collected.get(path) ?? (await collectTests(load));
    collected.set(path, file);
    // Of a feature that this card has not.
    if (file.tests.length === 0) continue;
    kernels.push({ name, file, tests: scope === "quick" ? thin(file.tests, QUICK_CASES) : file.tests });
  }
  return kernels;
}

/** As many as `count` of a list, evenly from its first to its last. */
const thin = <Item>(list: readonly Item[], count: number): Item[] =>
  list.filter((_, at) => Math.floor((at * count) / list.length) !== Math.floor(((at - 1) * count) / list.length));

/**
 * Runs one kernel's tests. A test that throws is a failure of the kernel, whatever it throws: a driver may also refuse, or lose the device.
 * @param onTest told before each; the run ends early where it answers false
 */
export async function checkKernel({ name, file, tests }: KernelTests, onTest: (title: string) => boolean): Promise<CheckedPart> {
  const part: CheckedPart = { name, kind: "kernel", checks: 0, worst: null, failures: [] };
  watchDistances((error, allowed) => {
    part.worst = findWorse(part.worst, { error, allowed });
  });
  const attempt = async (check: string, work: () => Promise<void>): Promise<boolean> => {
    part.checks++;
    try {
      await work();
      return true;
    } catch (error) {
      part.failures.push({ check, message: error instanceof Error ? error.message : String(error) });
      return false;
    }
  };
  if (await attempt("compiling", () => file.open())) {
    for (const { title, run } of tests) {
      if (!onTest(title)) break;
      await attempt(title, run);
    }
  }
  await file.close();
  watchDistances(() => {});
  return part;
}
