// A worker that is replaced when it is lost: by an error outside any call, or ended by the browser. Knows no particular worker.
import * as Comlink from "comlink";
import { LabError } from "../protocol/labError";
import { isLifeline } from "../protocol/lifeline";

export interface Supervised<Api> {
  name: string;
  create(): Worker;
  /** A new one stands in its place; what the lost one held in memory is gone. */
  onLost(): void;
  /** It never came to life, so another would not either: every call throws. */
  onUnusable(error: LabError): void;
  locks?: Pick<LockManager, "request">;
  wrap?(worker: Worker): Comlink.Remote<Api>;
}

type Call = (...args: unknown[]) => Promise<unknown>;

/**
 * The API of whichever worker lives now. Calls that a worker leaves unanswered when it is lost throw LabError workerLost, and so does
 * every long job that was one.
 */
export function supervise<Api>(supervised: Supervised<Api>): Comlink.Remote<Api> {
  const { name, create, onLost, onUnusable, locks = navigator.locks, wrap = Comlink.wrap<Api> } = supervised;
  let current = start();

  function start(): (method: string, args: unknown[]) => Promise<unknown> {
    const worker = create();
    const remote = wrap(worker) as unknown as Record<string, Call>;
    const unanswered = new Set<(error: LabError) => void>();
    let lived = false;
    let lost: LabError | null = null;

    const lose = (reason: string) => {
      if (lost) return;
      lost = describeLoss(name, reason, lived);
      worker.terminate();
      if (lived) current = start();
      for (const reject of unanswered) reject(lost);
      if (lived) onLost();
      else onUnusable(lost);
    };
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      lose(event.message || "its script could not be loaded");
    });
    worker.addEventListener("message", ({ data }) => {
      if (!isLifeline(data)) return;
      lived = true;
      void locks.request(data.lifeline, () => lose("the browser ended it"));
    });

    return (method, args) =>
      new Promise((resolve, reject) => {
        if (lost) return reject(lost);
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

function describeLoss(name: string, reason: string, lived: boolean): LabError {
  const what = `The ${name} worker ${lived ? "was lost" : "cannot start"}: ${reason.replace(/\.?$/, ".")}`;
  const wayOut = lived
    ? "Another was started in its place. What was kept is untouched: a trial goes on from its last checkpoint with Resume."
    : "Reload the page; trials and prepared films are kept.";
  return new LabError("workerLost", `${what} ${wayOut}`);
}
