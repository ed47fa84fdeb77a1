// One long job over a MessagePort: events out, JobCommands in, exactly one ending, then the port is closed. Knows no particular job.
import type { JobCommand } from "./dataset";
import { toFailure } from "./labError";

export interface Job<Event> {
  emit(event: Event): void;
  /** Aborted by `stop`; to be looked at between steps. */
  readonly signal: AbortSignal;
  /** True from `pause` until `resume` or `stop`. */
  readonly paused: boolean;
  /** Resolves on `resume` or `stop`; at once where the job is not paused. */
  resumed(): Promise<void>;
}

/**
 * Runs `work` to its end and posts the event it resolves to, as the last one; whatever it throws is posted as `failed`.
 * Never rejects. Nothing is posted after the ending, even if `work` left something running.
 */
export async function runJob<Event extends { type: string }>(
  port: MessagePort,
  work: (job: Job<Event>) => Promise<Event>,
): Promise<void> {
  const abort = new AbortController();
  let ended = false;
  let pause: { over: Promise<void>; end: () => void } | null = null;
  const endPause = () => {
    pause?.end();
    pause = null;
  };

  port.onmessage = ({ data }: MessageEvent<JobCommand>) => {
    switch (data.type) {
      case "pause":
        if (!pause && !abort.signal.aborted) {
          const { promise, resolve } = withResolvers();
          pause = { over: promise, end: resolve };
        }
        return;
      case "resume":
        return endPause();
      case "stop":
        abort.abort();
        return endPause();
    }
  };

  const job: Job<Event> = {
    emit: (event) => {
      if (!ended) port.postMessage(event);
    },
    signal: abort.signal,
    get paused() {
      return pause !== null;
    },
    resumed: async () => {
      await pause?.over;
    },
  };

  let ending: unknown;
  try {
    ending = await work(job);
  } catch (error) {
    ending = { type: "failed", ...toFailure(error) };
  }
  ended = true;
  port.postMessage(ending);
  port.close();
}

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
