// What every worker entry does with its API: offers it over Comlink, LabErrors included. No logic of the lab.
import * as Comlink from "comlink";
import { registerLabErrors } from "../protocol/labError";

export function expose(api: object): void {
  registerLabErrors(Comlink.transferHandlers);
  Comlink.expose(api);
}
