// What does a first visit cost? `npm run -s bench -- load [--runs 5] [--cpu 4] [--network slow4g]`: in real Chromium, with nothing cached,
// what is fetched and when the page is painted, still and answering, each the median. The slow network is Lighthouse's for mobiles.
import { parseArgs } from "node:util";
import type { CDPSession, Page } from "@playwright/test";
import { openLab } from "../scripts/openLab";
import { readCount } from "./flags";

interface Network {
  latencyMs: number;
  downKbps: number;
  upKbps: number;
}

/** Lighthouse's `mobileSlow4G` (core/config/constants.js), as it is applied by DevTools. */
const NETWORKS: Record<string, Network | null> = {
  none: null,
  slow4g: { latencyMs: 562.5, downKbps: 1474.56, upKbps: 675 },
};

/** As long without a long task as Lighthouse takes for a page that answers. */
const QUIET_MS = 5000;
const LONG_MS = 50;

interface Watched {
  /** When the lab itself was in the page, in place of its name. */
  mounted: number;
  largestPaint: number;
  shifts: number;
  longTasks: { start: number; end: number }[];
}

export async function benchLoad(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      runs: { type: "string", default: "5" },
      cpu: { type: "string", default: "1" },
      network: { type: "string", default: "none" },
    },
  });
  const runs = readCount(values.runs, "runs", 1);
  const cpu = readCount(values.cpu, "cpu", 1);
  const network = NETWORKS[values.network];
  if (network === undefined) throw new Error(`--network must be one of ${Object.keys(NETWORKS).join(", ")}.`);
  const lab = await openLab();
  try {
    const { page } = lab;
    const url = page.url();
    const session = await page.context().newCDPSession(page);
    await slowDown(session, cpu, network);
    await page.addInitScript(watch);
    const loads: Load[] = [];
    for (let run = 0; run < runs; run++) {
      await page.goto("about:blank");
      // What the visit before has kept for when there is no network.
      await session.send("Storage.clearDataForOrigin", {
        origin: new URL(url).origin,
        storageTypes: "service_workers,cache_storage",
      });
      loads.push(await measureLoad(page, url));
    }
    console.log(JSON.stringify({ cpu, network: values.network, runs, ...medians(loads) }));
  } finally {
    await lab.close();
  }
}

async function slowDown(session: CDPSession, rate: number, network: Network | null): Promise<void> {
  await session.send("Network.enable");
  // Without its cache Chromium also compiles every script anew.
  await session.send("Network.setCacheDisabled", { cacheDisabled: true });
  await session.send("Emulation.setCPUThrottlingRate", { rate });
  if (!network) return;
  await session.send("Network.emulateNetworkConditions", {
    offline: false,
    latency: network.latencyMs,
    downloadThroughput: (network.downKbps * 1024) / 8,
    uploadThroughput: (network.upKbps * 1024) / 8,
  });
}

/** In the page, before anything of it. */
function watch(): void {
  const watched: Watched = { mounted: 0, largestPaint: 0, shifts: 0, longTasks: [] };
  Object.assign(window, { watchedLoad: watched });
  new MutationObserver((_, observer) => {
    if (!document.querySelector("main")) return;
    watched.mounted = performance.now();
    observer.disconnect();
  }).observe(document, { childList: true, subtree: true });
  const observe = (type: string, take: (entry: PerformanceEntry) => void) =>
    new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true });
  observe("largest-contentful-paint", ({ startTime }) => {
    watched.largestPaint = startTime;
  });
  observe("layout-shift", (entry) => {
    watched.shifts += (entry as PerformanceEntry & { value: number }).value;
  });
  observe("longtask", ({ startTime, duration }) => {
    watched.longTasks.push({ start: startTime, end: startTime + duration });
  });
}

interface Load {
  firstPaintMs: number;
  largestPaintMs: number;
  /** Of every task after the first paint what is beyond 50 ms. */
  blockingMs: number;
  /** The end of the last long task; when the lab was there, where there is none. */
  interactiveMs: number;
  /** Of all shifts together, which is no less than CLS. */
  layoutShift: number;
  /** As they were sent, gzipped; in kB. */
  scriptKb: number;
  styleKb: number;
  /** Scripts of workers, which the first paint does not wait for. */
  workerKb: number;
}

async function measureLoad(page: Page, url: string): Promise<Load> {
  await page.goto(url);
  await page.locator("[data-gpu]:not([data-gpu=asking])").first().waitFor({ state: "attached", timeout: 120_000 });
  await page.waitForFunction(
    (quietMs) => {
      const { longTasks } = (window as unknown as { watchedLoad: Watched }).watchedLoad;
      const fetched = performance.getEntriesByType("resource").map((one) => (one as PerformanceResourceTiming).responseEnd);
      return performance.now() - Math.max(0, ...fetched, ...longTasks.map(({ end }) => end)) > quietMs;
    },
    QUIET_MS,
    { timeout: 120_000, polling: 500 },
  );
  return page.evaluate((longMs) => {
    const { mounted, largestPaint, shifts, longTasks } = (window as unknown as { watchedLoad: Watched }).watchedLoad;
    const firstPaint = performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0;
    const resources = performance.getEntriesByType("resource") as PerformanceResourceTiming[];
    const sum = (numbers: number[]) => numbers.reduce((all, one) => all + one, 0);
    const kilobytes = (name: RegExp) =>
      sum(resources.filter((one) => name.test(one.name)).map(({ encodedBodySize }) => encodedBodySize)) / 1000;
    return {
      firstPaintMs: firstPaint,
      largestPaintMs: largestPaint,
      blockingMs: sum(longTasks.map(({ start, end }) => Math.max(0, end - Math.max(start, firstPaint) - longMs))),
      interactiveMs: Math.max(mounted, ...longTasks.map(({ end }) => end)),
      layoutShift: shifts,
      scriptKb: kilobytes(/(?<!\.worker-[^/]*)\.js$/),
      styleKb: kilobytes(/\.css$/),
      workerKb: kilobytes(/\.worker-[^/]*\.js$/),
    };
  }, LONG_MS);
}

function medians(loads: Load[]): Record<string, number> {
  const names = Object.keys(loads[0] ?? {}) as (keyof Load)[];
  return Object.fromEntries(
    names.map((name) => {
      const sorted = loads.map((load) => load[name]).sort((a, b) => a - b);
      return [name, Number((sorted[Math.floor(sorted.length / 2)] ?? 0).toPrecision(4))];
    }),
  );
}
