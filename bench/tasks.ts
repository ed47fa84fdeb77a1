// What a page's main thread does over a stretch of time, off the browser's own trace: nothing runs in the page for it.
import type { Page } from "@playwright/test";

interface TraceEvent {
  name: string;
  pid: number;
  tid: number;
  /** Microseconds. */
  dur?: number;
  /** The same of the processor's time, which other work on the machine does not lengthen. */
  tdur?: number;
  args: { name?: string };
}

export interface Tasks {
  /** Milliseconds. */
  longest: number;
  /** The same of the processor's time. */
  longestCpu: number;
  /** Milliseconds of all tasks together. */
  total: number;
  /** How many took over 50 ms. */
  long: number;
}

export interface TaskWatch {
  stop(): Promise<Tasks>;
}

/** A person notices a page that answers later than this. */
const LONG_MS = 50;

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
      const tasks = events.filter((event) => event.name === "RunTask" && mains.has(threadOf(event)));
      const ms = tasks.map(({ dur = 0 }) => dur / 1000);
      const longestOf = (all: number[]) => round(all.reduce((most, one) => Math.max(most, one), 0));
      return {
        longest: longestOf(ms),
        longestCpu: longestOf(tasks.map(({ tdur = 0 }) => tdur / 1000)),
        total: round(ms.reduce((sum, one) => sum + one, 0)),
        long: ms.filter((one) => one > LONG_MS).length,
      };
    },
  };
}

function threadOf({ pid, tid }: TraceEvent): string {
  return `${pid} ${tid}`;
}

const round = (ms: number) => Math.round(ms * 10) / 10;
