// `npm run -s bench -- prepare --data DIR --size 320 --workers 2 [--pillow] [--choose]`: a folder's films into the film store, in real Chromium.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { Page } from "@playwright/test";
import { dropFolder } from "../scripts/driveLab";
import { openBrowser } from "../scripts/openBrowser";
import { type ServedModule, serveModule } from "../scripts/serveModule";
import { FILM_EXTENSION } from "../src/data/labelFiles/formats/cells";
import { readCount } from "./flags";
import { watchHeap } from "./heap";
import type { PrepareRun } from "./prepareWorker";

/**
 * Prints {films, failed, filmsPerSecond, peakHeapMb, workers, size, opened, rounds: [films a second],
 * heldFilmsPerSecond, readFilmsPerSecond}, rates being the rounds' medians: of films that the store holds already, and of films read back for
 * training, 16 at a time;
 * with `--pillow` also {pillowFilmsPerSecond, ratio, pillowRounds} of as many processes as there are workers, a round of theirs after each
 * of ours. The folder is dropped, or with `--choose` given to the folder input. Without `--data`, `--made` films are drawn.
 */
export async function benchPrepare(flags: string[]): Promise<void> {
  const { values } = parseArgs({
    args: flags,
    options: {
      data: { type: "string" },
      made: { type: "string", default: "1000" },
      size: { type: "string", default: "320" },
      workers: { type: "string", default: "2" },
      rounds: { type: "string", default: "5" },
      pillow: { type: "boolean", default: false },
      choose: { type: "boolean", default: false },
      python: { type: "string", default: "/usr/bin/python3" },
    },
  });
  const size = readCount(values.size, "size", 8);
  const workers = readCount(values.workers, "workers", 1);
  const made = values.data === undefined ? makeFilms(values.python, readCount(values.made, "made", 1)) : null;
  // The browser knows no folder to be relative to.
  const folder = resolve(values.data ?? made ?? "");
  const served = await serveModule("bench/preparePage.ts", { isolated: true });
  try {
    const paths = listFilms(folder);
    if (paths.length === 0) throw new Error(`${folder} holds no films.`);
    const runPillow = () =>
      runPython(
        values.python,
        "bench/pillowPrepare.py",
        [size, workers],
        paths.map((path) => join(folder, path)),
      );
    const prepare = (page: Page, held: boolean): Promise<PrepareRun> =>
      page.evaluate(
        async ([module, paths, size, workers, held]) => {
          const { run } = (await import(module)) as typeof import("./preparePage");
          return run(paths, size, workers, held);
        },
        [served.module, paths, size, workers, held] as const,
      );
    const ours: number[] = [];
    const held: number[] = [];
    const read: number[] = [];
    const theirs: number[] = [];
    let failed = 0;
    await inPage(served, folder, values.choose, async (page) => {
      for (let round = 0; round < readCount(values.rounds, "rounds", 1); round++) {
        const run = await prepare(page, false);
        ours.push(rateOf(run));
        read.push(run.readPerSecond);
        held.push(rateOf(await prepare(page, true)));
        failed = run.failed;
        if (values.pillow) theirs.push(Number(runPillow()));
      }
    });
    // By itself, since a count of the heap stops every thread for a while.
    const peakHeapMb = await inPage(served, folder, values.choose, async (page) => {
      const heap = watchHeap(page);
      await prepare(page, false);
      return heap.stop();
    });
    const rate = median(ours);
    console.log(
      JSON.stringify({
        films: paths.length - failed,
        failed,
        filmsPerSecond: Math.round(rate),
        peakHeapMb,
        workers,
        size,
        opened: values.choose ? "chosen" : "dropped",
        rounds: ours.map(Math.round),
        heldFilmsPerSecond: Math.round(median(held)),
        readFilmsPerSecond: Math.round(median(read)),
        ...(values.pillow && {
          pillowFilmsPerSecond: Math.round(median(theirs)),
          ratio: Math.round((rate / median(theirs)) * 100) / 100,
          pillowRounds: theirs.map(Math.round),
        }),
      }),
    );
  } finally {
    await served.close();
    if (made) rmSync(made, { recursive: true, force: true });
  }
}

async function inPage<T>(served: ServedModule, folder: string, choose: boolean, use: (page: Page) => Promise<T>): Promise<T> {
  const browser = await openBrowser(served.url, ["--enable-blink-features=ForceEagerMeasureMemory"]);
  try {
    await browser.page.goto(served.url);
    await browser.page.evaluate((module) => import(module), served.module);
    if (choose) await browser.page.locator("input").setInputFiles(folder, { timeout: 0 });
    else await dropFolder(browser.page, folder);
    return await use(browser.page);
  } finally {
    await browser.close();
  }
}

const rateOf = ({ films, ms }: PrepareRun) => (films / ms) * 1000;

function listFilms(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith(".") && FILM_EXTENSION.test(entry.name))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
    .sort();
}

/** A folder of 390 x 320 grey JPEGs, as CheXpert's small release has them. */
function makeFilms(python: string, films: number): string {
  const folder = mkdtempSync(join(tmpdir(), "roentgen-films-"));
  runPython(python, "bench/makeFilms.py", [folder, films], []);
  return folder;
}

/** What the script printed. */
function runPython(python: string, script: string, args: (string | number)[], lines: string[]): string {
  const { stdout, stderr, status, error } = spawnSync(python, [script, ...args.map(String)], {
    input: lines.join("\n"),
    encoding: "utf8",
    maxBuffer: 2 ** 26,
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${script} failed: ${stderr.trim().split("\n").at(-1)}`);
  return stdout;
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}
