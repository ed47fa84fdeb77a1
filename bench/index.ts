// `npm run -s bench -- index [--csv FILE] [--rows N] [--folder DIR] [--choose]`: from a folder to counts, split and balance, in the real page.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import Papa from "papaparse";
import { acceptAdapter, dropFolder } from "../scripts/driveLab";
import { type OpenedLab, openLab } from "../scripts/openLab";
import { CHEXPERT_COUNTS, makeChexpertCsv } from "../src/data/drawn/madeCsv";
import { normalisePath } from "../src/data/folder/match";
import type { DatasetSummary, SampleSummary } from "../src/protocol/dataset";
import { readCount } from "./flags";
import { watchHeap } from "./heap";
import { watchTasks } from "./tasks";

interface Opened {
  dataset: DatasetSummary;
  sample: SampleSummary;
  /** From the drop, or from the picker's list, to the counts. */
  ms: number;
}

export async function benchIndex(flags: string[]): Promise<void> {
  const { values } = parseArgs({
    args: flags,
    options: {
      csv: { type: "string" },
      rows: { type: "string", default: String(CHEXPERT_COUNTS.rows) },
      folder: { type: "string" },
      choose: { type: "boolean", default: false },
    },
  });
  const made = values.folder === undefined ? makeFolder(values.csv, readCount(values.rows, "rows", 1)) : null;
  const folder = values.folder ?? made ?? "";
  try {
    // Three times: a trace costs as much again where the browser lists, and a count of the heap stops every thread for a while.
    const timed = await measure(folder, values.choose, false, async () => ({ stop: async () => 0 }));
    const traced = await measure(folder, values.choose, false, async ({ page }) => watchTasks(page));
    const weighed = await measure(folder, values.choose, true, async ({ page }) => watchHeap(page));
    const { dataset, sample, ms } = timed.opened;
    console.log(
      JSON.stringify({
        rows: dataset.rows,
        patients: dataset.patients,
        positives: sample.positive,
        negatives: sample.negativeExplicit + sample.negativeBlank,
        uncertain: sample.uncertainIgnored,
        blank: sample.negativeBlank + sample.blankIgnored,
        kept: sample.kept,
        setAside: sample.setAside,
        ms: Math.round(ms),
        longestMainThreadTaskMs: traced.watched.longest,
        peakHeapMb: weighed.watched,
        opened: values.choose ? "chosen" : "dropped",
      }),
    );
  } finally {
    if (made) rmSync(made, { recursive: true, force: true });
  }
}

async function measure<Watched>(
  folder: string,
  choose: boolean,
  isolated: boolean,
  watchLab: (lab: OpenedLab) => Promise<{ stop(): Promise<Watched> }>,
): Promise<{ opened: Opened; watched: Watched }> {
  const lab = await openLab(undefined, isolated);
  try {
    const { page, waitFor } = lab;
    await acceptAdapter(page);
    await page.evaluate(() => {
      const noteTime = () => Object.assign(window, { givenAt: performance.now() });
      for (const type of ["drop", "change"]) window.addEventListener(type, noteTime, { capture: true });
      window.addEventListener("roentgen-lab", (event) => {
        if ((event as CustomEvent).detail.type === "counted") Object.assign(window, { countedAt: performance.now() });
      });
    });
    const watch = await watchLab(lab);
    // Not through Playwright's own wait, which ends after half a minute: the browser lists a folder for longer.
    if (choose) await page.getByLabel("Choose dataset folder").setInputFiles(folder, { timeout: 0 });
    else await dropFolder(page, folder);
    const dataset = (await waitFor("indexed")) as unknown as DatasetSummary;
    const sample = (await waitFor("counted")) as unknown as SampleSummary;
    const ms = await page.evaluate(() => {
      const { givenAt, countedAt } = window as unknown as { givenAt: number; countedAt: number };
      return countedAt - givenAt;
    });
    return { opened: { dataset, sample, ms }, watched: await watch.stop() };
  } finally {
    await lab.close();
  }
}

/** A folder with the label CSV, and a tiny file for each film that it names. */
function makeFolder(csvFile: string | undefined, rows: number): string {
  const folder = mkdtempSync(join(tmpdir(), "roentgen-films-"));
  const csv = csvFile === undefined ? makeChexpertCsv(rows).csv : readFileSync(csvFile, "utf8");
  writeFileSync(join(folder, "train.csv"), csv);
  const { data } = Papa.parse<Record<string, string>>(csv, { header: true, skipEmptyLines: true });
  const made = new Set<string>();
  for (const row of data) {
    const path = normalisePath(row.Path ?? Object.values(row)[0] ?? "");
    if (path === null) continue;
    const film = join(folder, path);
    if (!made.has(dirname(film))) mkdirSync(dirname(film), { recursive: true });
    made.add(dirname(film));
    writeFileSync(film, "film");
  }
  return folder;
}
