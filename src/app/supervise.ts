// A worker that is replaced when it is lost: by an error outside any call, or ended by the browser. Knows no particular worker.
import * as Comlink from "comlink";
import { LabError } from "../protocol/labError";
import { isLifeline } from "../protocol/lifeline";

export interface Supervised<Api> {
  name: string;
  create(): Worker;
  /** A new one stands in its place; what the lost one held in memory is gone. `freed` resolves once the locks that it held are free. */
  onLost(freed: Promise<void>): void;
  /** It never came to life, or one after another was lost before it was given a job, so another would be too: every call throws. */
  onUnusable(error: LabError): void;
  locks?: Pick<LockManager, "request">;
  wrap?(worker: Worker): Comlink.Remote<Api>;
}

/** So many are lost, without a person's asking for a job in between, until there is no sense in another. */
const MOST_LOSSES = 3;

type Call = (...args: unknown[]) => Promise<unknown>;

/**
 * The API of whichever worker lives now. Calls that a worker leaves unanswered when it is lost throw LabError workerLost, and so does
 * every long job that was one.
 */
export function supervise<Api>(supervised: Supervised<Api>): Comlink.Remote<Api> {
  const { name, create, onLost, onUnusable, locks = navigator.locks, wrap = Comlink.wrap<Api> } = supervised;
  let lossesSinceJob = 0;
  let current = start();

  function start(): (method: string, args: unknown[]) => Promise<unknown> {
    const worker = create();
    const remote = wrap(worker) as unknown as Record<string, Call>;
    const unanswered = new Set<(error: LabError) => void>();
    let lived = false;
    let lost: LabError | null = null;
    let free = () => {};
    const freed = new Promise<void>((resolve) => {
      free = resolve;
    });

    const lose = (reason: string) => {
      if (lost) return;
      lossesSinceJob++;
      const isReplaced = lived && lossesSinceJob < MOST_LOSSES;
      lost = describeLoss(name, reason, lived, isReplaced);
      worker.terminate();
      if (isReplaced) current = start();
      for (const reject of unanswered) reject(lost);
      if (isReplaced) onLost(freed);
      else onUnusable(lost);
    };
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      lose(event.message || "its script could not be loaded");
    });
    worker.addEventListener("message", ({ data }) => {
      if (!isLifeline(data)) return;
      lived = true;
      void locks.request(data.lifeline, () => {
        free();
        lose("the browser ended it");
      });
    });

    return (method, args) =>
      new Promise((resolve, reject) => {
        if (lost) return reject(lost);
        if (args.some(isJob)) lossesSinceJob = 0;
        unanswered.add(reject);
        remote[method]?.(...args)
          .then(resolve, reject)
          .finally(() => unanswered.delete(reject));
      });
  }

  return new Proxy({} as Comlink.Remote<Api> & object, {
    get:
      (_, method) =>
      (...args: unknown[]) =>
        current(String(method), args),
  });
}

/** A long job is a call with a port for its events (protocol/job.ts), and a person asked for it. */
const isJob = (arg: unknown) => arg instanceof MessagePort;

function describeLoss(name: string, reason: string, lived: boolean, isReplaced: boolean): LabError {
  const what = !lived ? "cannot start" : isReplaced ? "was lost" : `was lost ${MOST_LOSSES} times, one after another`;
  const wayOut = isReplaced
    ? "Another was started in its place. What was kept is untouched: a trial goes on from its last checkpoint with Resume."
    : `Reload the page; trials and prepared films are kept.${lived ? " If it is lost again, start the browser anew, and close what else needs much memory." : ""}`;
  return new LabError("workerLost", `The ${name} worker ${what}: ${reason.replace(/\.?$/, ".")} ${wayOut}`);
}
