// The longest task of a page's main thread over a stretch of time, off the browser's own trace: nothing runs in the page for it.
import type { Page } from "@playwright/test";

interface TraceEvent {
  name: string;
  pid: number;
  tid: number;
  /** Microseconds. */
  dur?: number;
  args: { name?: string };
}

export interface TaskWatch {
  /** Milliseconds. */
  stop(): Promise<number>;
}

const CATEGORIES = "__metadata,toplevel,devtools.timeline,disabled-by-default-devtools.timeline";

export async function watchTasks(page: Page): Promise<TaskWatch> {
  const session = await page.context().newCDPSession(page);
  const events: TraceEvent[] = [];
  session.on("Tracing.dataCollected", ({ value }) => events.push(...(value as unknown as TraceEvent[])));
  await session.send("Tracing.start", { categories: CATEGORIES, transferMode: "ReportEvents" });
  return {
    async stop() {
      const complete = new Promise((resolve) => session.once("Tracing.tracingComplete", resolve));
      await session.send("Tracing.end");
      await complete;
      await session.detach();
      const mains = new Set(
        events.filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain").map(threadOf),
      );
      const longest = events
        .filter((event) => event.name.endsWith("RunTask") && mains.has(threadOf(event)))
        .reduce((most, { dur = 0 }) => Math.max(most, dur), 0);
      return Math.round(longest / 100) / 10;
    },
  };
}

function threadOf({ pid, tid }: TraceEvent): string {
  return `${pid} ${tid}`;
}
