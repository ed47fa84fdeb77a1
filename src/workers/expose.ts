// What every worker entry does with its API: offers it over Comlink, LabErrors included, and says that it lives. No logic of the lab.
import * as Comlink from "comlink";
import { registerLabErrors } from "../protocol/labError";
import type { Lifeline } from "../protocol/lifeline";

export function expose(api: object): void {
  registerLabErrors(Comlink.transferHandlers);
  Comlink.expose(api);
  const lifeline = `roentgen-lab-worker-${crypto.randomUUID()}`;
  void navigator.locks.request(lifeline, () => {
    self.postMessage({ lifeline } satisfies Lifeline);
    return new Promise<never>(() => {});
  });
}
