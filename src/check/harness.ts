// What the tests of kernels take from "vitest", where there is no Vitest: on a person's page. Collects tests and runs them one by one; the
// build puts it in Vitest's place (scripts/vitestStandIn.ts). It has the matchers that these tests use, and no more: tsconfig.check.json
// holds the tests to its types, since on a page a matcher that is missing would be taken for a fault of the card.

type Work = (...args: never[]) => unknown;

/** One row of an `each`. */
type Row = unknown;

interface Suite {
  titles: readonly string[];
  before: Work[];
  after: Work[];
}

export interface CollectedTest {
  /** Its suites' titles and its own. */
  title: string;
  /** @throws whatever an expectation throws that fails */
  run(): Promise<void>;
}

export interface CollectedFile {
  tests: CollectedTest[];
  /** What the file asked for before its first test and after its last one. */
  open(): Promise<void>;
  close(): Promise<void>;
}

let file: { tests: CollectedTest[]; root: Suite } | null = null;
let titles: readonly string[] = [];

/** The tests that a test file defines while `load` imports it. One file at a time. */
export async function collectTests(load: () => Promise<unknown>): Promise<CollectedFile> {
  const root: Suite = { titles: [], before: [], after: [] };
  const collected = { tests: [] as CollectedTest[], root };
  file = collected;
  try {
    await load();
  } finally {
    file = null;
  }
  const runAll = async (hooks: Work[]) => {
    for (const hook of hooks) await hook();
  };
  return { tests: collected.tests, open: () => runAll(root.before), close: () => runAll(root.after) };
}

function collecting() {
  if (!file) throw new Error("Tests are defined while their file is loaded");
  return file;
}

/** Hooks stand at the top of a file; within a suite they would be the whole file's, and are refused. */
function hook(list: "before" | "after", work: Work): void {
  if (titles.length > 0) throw new Error("Hooks stand at the top of a file");
  collecting().root[list].push(work);
}

export const beforeAll = (work: Work, _timeout?: number): void => hook("before", work);
export const afterAll = (work: Work, _timeout?: number): void => hook("after", work);

function defineTest(title: string, work: Work, args: readonly Row[]): void {
  const whole = [...titles, title].join(" > ");
  collecting().tests.push({
    title: whole,
    run: async () => {
      await work(...(args as never[]));
    },
  });
}

function defineSuite(title: string, work: Work, args: readonly Row[]): void {
  const outer = titles;
  titles = [...outer, title];
  try {
    work(...(args as never[]));
  } finally {
    titles = outer;
  }
}

/** As Vitest spreads a table: a row that is an array is the arguments, any other is the only one. */
interface Each {
  <Args extends unknown[] | [unknown]>(rows: readonly Args[]): (title: string, work: (...args: Args) => unknown) => void;
  <Only>(rows: readonly Only[]): (title: string, work: (only: Only) => unknown) => void;
}

function withEach(define: (title: string, work: Work, args: readonly Row[]) => void) {
  const each: Each = (rows: readonly Row[]) => (title: string, work: Work) => {
    for (const row of rows) {
      const args = Array.isArray(row) ? row : [row];
      define(formatTitle(title, args), work, args);
    }
  };
  return Object.assign((title: string, work: Work) => define(title, work, []), { each });
}

const suite = withEach(defineSuite);

export const it = withEach(defineTest);
/** Suites that are skipped are not there. */
export const describe = Object.assign(suite, { skipIf: (skips: boolean) => (skips ? withEach(() => {}) : suite) });

/** `$field` of the row, and `%s`, `%d`, `%i` in turn. */
function formatTitle(title: string, args: readonly Row[]): string {
  const fields = new Map<string, unknown>(Object.entries(Object(args[0])));
  let next = 0;
  return title
    .replace(/%[sdi]/g, () => String(args[next++]))
    .replace(/\$(\w+)/g, (whole, name) => (fields.has(name) ? show(fields.get(name)) : whole));
}

const show = (value: unknown): string => {
  const text = typeof value === "string" || typeof value === "number" ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
};

/** Of the same values, -0 told from 0 and NaN equal to itself as Vitest has it; what is undefined counts as missing. */
function isEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (a.constructor !== b.constructor) return false;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => isEqual(Reflect.get(a, key), Reflect.get(b, key)));
}

export function expect(got: unknown, what = "") {
  const demand = (holds: boolean, words: string) => {
    if (!holds) throw new Error(`${what ? `${what}: ` : ""}${show(got)} should ${words}`);
  };
  const number = Number(got);
  return {
    toBe: (want: unknown) => demand(Object.is(got, want), `be ${show(want)}`),
    toEqual: (want: unknown) => demand(isEqual(got, want), `equal ${show(want)}`),
    toBeLessThan: (want: number) => demand(number < want, `be less than ${want}`),
    toBeLessThanOrEqual: (want: number) => demand(number <= want, `be ${want} at most`),
    toBeGreaterThan: (want: number) => demand(number > want, `be greater than ${want}`),
    toBeGreaterThanOrEqual: (want: number) => demand(number >= want, `be ${want} at least`),
    toBeCloseTo: (want: number, digits = 2) =>
      demand(Object.is(number, want) || Math.abs(number - want) < 10 ** -digits / 2, `be ${want} to ${digits} digits`),
    toBeNaN: () => demand(Number.isNaN(got), "be no number"),
    toHaveLength: (want: number) => demand((got as ArrayLike<unknown>).length === want, `have a length of ${want}`),
    rejects: {
      toThrow: async (part: string) => {
        const failure = await Promise.resolve(got).then(
          () => null,
          (error: unknown) => String(error),
        );
        demand(failure?.includes(part) ?? false, `be refused with “${part}”`);
      },
    },
  };
}
