import { expect, it } from "vitest";
import { type Job, runJob } from "./job";
import { LabError } from "./labError";

type Event = { type: "tick"; n: number } | { type: "finished" } | { type: "stopped" } | { type: "failed"; code: string };

/** Runs a job with a page on the other end of a real channel; resolves when that end hears the port close. */
function play(work: (job: Job<Event>) => Promise<Event>, onEvent: (event: Event, port: MessagePort) => void = () => {}) {
  const { port1, port2 } = new MessageChannel();
  const seen: Event[] = [];
  const closed = new Promise<void>((resolve) => port1.addEventListener("close", () => resolve()));
  port1.onmessage = ({ data }: MessageEvent<Event>) => {
    seen.push(data);
    onEvent(data, port1);
  };
  return runJob(port2, work)
    .then(() => closed)
    .then(() => seen);
}

it("posts events, one ending, and closes the port", async () => {
  const seen = await play(async ({ emit }) => {
    emit({ type: "tick", n: 1 });
    return { type: "finished" };
  });
  expect(seen).toEqual([{ type: "tick", n: 1 }, { type: "finished" }]);
});

it("ends a thrown LabError as failed, with its code and place", async () => {
  const seen = await play(async () => {
    throw new LabError("noFilms", "No films.", "train.csv");
  });
  expect(seen).toEqual([{ type: "failed", code: "noFilms", message: "No films.", at: "train.csv" }]);
});

it("stops a paused job, and says nothing after the ending", async () => {
  let late: Job<Event> | null = null;
  const seen = await play(
    async (job) => {
      late = job;
      job.emit({ type: "tick", n: 1 });
      while (!job.paused) await new Promise((resolve) => setTimeout(resolve, 1));
      job.emit({ type: "tick", n: 2 });
      await job.resumed();
      return job.signal.aborted ? { type: "stopped" } : { type: "finished" };
    },
    (event, port) => {
      if (event.type === "tick") port.postMessage({ type: event.n === 1 ? "pause" : "stop" });
    },
  );
  expect(seen).toEqual([{ type: "tick", n: 1 }, { type: "tick", n: 2 }, { type: "stopped" }]);
  expect(() => (late as Job<Event> | null)?.emit({ type: "tick", n: 3 })).not.toThrow();
});

it("goes on after a resume", async () => {
  const seen = await play(
    async (job) => {
      job.emit({ type: "tick", n: 1 });
      while (!job.paused) await new Promise((resolve) => setTimeout(resolve, 1));
      job.emit({ type: "tick", n: 2 });
      await job.resumed();
      return job.paused || job.signal.aborted ? { type: "stopped" } : { type: "finished" };
    },
    (event, port) => {
      if (event.type === "tick") port.postMessage({ type: event.n === 1 ? "pause" : "resume" });
    },
  );
  expect(seen.at(-1)).toEqual({ type: "finished" });
});
