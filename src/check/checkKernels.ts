// Every kernel's own tests, run where Vitest is not: the same files, cases, references and tolerances as in `npm test`.
import { type CheckedPart, type CheckScope, findWorse } from "../protocol/gpuCheck";
import { KERNEL_FEATURES, type KernelFeature } from "../protocol/gpuFeatures";
import { type CollectedFile, type CollectedTest, collectTests } from "./harness";
import { compileAsNeeded, watchDistances } from "./reference/testKernels";

/** All but those that need no graphics card: how work is cut is the same on each. */
const FILES = import.meta.glob(["../kernels/*.test.ts", "!../kernels/*Plan.test.ts"]);

/** Of a quick check: the cases of a kernel that are run. */
const QUICK_CASES = 2;

/** `X.test.ts`, or `X.<feature>.test.ts` of what only a card with that feature computes. */
const FILE_NAME = /([^/]+?)(?:\.([^/.]+))?\.test\.ts$/;

export interface KernelTests {
  name: string;
  feature?: KernelFeature;
  file: CollectedFile;
  tests: CollectedTest[];
}

/** A module is evaluated once, and defines its tests then. */
const collected = new Map<string, CollectedFile>();

/**
 * The tests of all kernels, or of those named, one after another as they would run.
 * @param features of the card: what needs others is left out
 */
export async function collectKernelTests(
  scope: CheckScope,
  features: readonly string[],
  only?: readonly string[],
): Promise<KernelTests[]> {
  const kernels: KernelTests[] = [];
  if (scope === "quick") compileAsNeeded();
  for (const [path, load] of Object.entries(FILES)) {
    const [, kernel = "", needed] = FILE_NAME.exec(path) ?? [];
    const feature = KERNEL_FEATURES.find((one) => one === needed);
    if (feature && !features.includes(feature)) continue;
    const name = feature ? `${kernel}.${feature}` : kernel;
    if (only && !only.includes(name)) continue;
    const file = collected.get(path) ?? (await collectTests(load));
    collected.set(path, file);
    kernels.push({
      name,
      ...(feature && { feature }),
      file,
      tests: scope === "quick" ? thin(file.tests, QUICK_CASES) : file.tests,
    });
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
export async function checkKernel(
  { name, feature, file, tests }: KernelTests,
  onTest: (title: string) => boolean,
): Promise<CheckedPart> {
  const part: CheckedPart = { name, kind: "kernel", ...(feature && { feature }), checks: 0, worst: null, failures: [] };
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
