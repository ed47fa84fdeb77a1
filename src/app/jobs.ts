// The page's end of a long job in a worker: events in, commands out, one terminal event. Not the job itself.
import type { JobCommand } from "../protocol/dataset";
import { type Failure, toFailure } from "../protocol/labError";

type Terminal = { type: "finished" } | { type: "stopped" } | ({ type: "failed" } & Failure);

export interface JobHandle {
  send(command: JobCommand): void;
  /** Settles after the terminal event was handed to `onEvent`; never rejects. */
  done: Promise<void>;
}

/**
 * Starts a job with the worker's end of a channel and hands every event to `onEvent`, the terminal one last.
 * A job that cannot even start ends in `failed`, like any other failure.
 */
export function watchJob<Event extends { type: string }>(
  start: (port: MessagePort) => Promise<void>,
  onEvent: (event: Event | Extract<Terminal, { type: "failed" }>) => void,
): JobHandle {
  const { port1, port2 } = new MessageChannel();
  const done = new Promise<void>((resolve) => {
    let hasEnded = false;
    const end = () => {
      hasEnded = true;
      port1.close();
      resolve();
    };
    port1.onmessage = (message: MessageEvent<Event>) => {
      onEvent(message.data);
      const { type } = message.data;
      if (type === "finished" || type === "stopped" || type === "failed") end();
    };
    start(port2).catch((error: unknown) => {
      // A worker that is ended after its job may leave the call itself unanswered.
      if (hasEnded) return;
      onEvent({ type: "failed", ...toFailure(error) });
      end();
    });
  });
  return { send: (command) => port1.postMessage(command), done };
}
