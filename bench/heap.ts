// The JavaScript heaps of a page and its workers together, by the browser's own count. Needs a page opened to be measured (scripts/openLab.ts).
import type { Page } from "@playwright/test";

export interface HeapWatch {
  /** The most that was seen, in MB. */
  stop(): Promise<number>;
}

const EVERY_MS = 250;

/** Measures again and again while something else goes on. A count takes some 50 ms of every thread, so nothing is timed beside it. */
export function watchHeap(page: Page): HeapWatch {
  let most = 0;
  let stopped = false;
  const watching = (async () => {
    while (!stopped) {
      most = Math.max(most, await measureHeap(page));
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
  })();
  return {
    async stop() {
      stopped = true;
      await watching;
      return Math.round(Math.max(most, await measureHeap(page)) / 1e5) / 10;
    },
  };
}

/** Bytes. */
export function measureHeap(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const { measureUserAgentSpecificMemory } = performance as unknown as {
      measureUserAgentSpecificMemory?(): Promise<{ bytes: number }>;
    };
    if (!measureUserAgentSpecificMemory) throw new Error("This browser does not measure a page's memory.");
    return (await measureUserAgentSpecificMemory.call(performance)).bytes;
  });
}
