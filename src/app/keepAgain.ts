// Keeps across a reload which trial the next one is to repeat, as keepSlice.ts keeps the settings that were taken from its file.
import type { AgainStore } from "../storage/again";
import type { LabContext } from "./context";
import { NOT_AGAIN } from "./initialState";
import { keepSlice } from "./keepSlice";

/** Resolves once the kept file is the page's. What differs from it is found anew, since it depends on what is open. */
export function keepAgain(context: Pick<LabContext, "store" | "say">, kept: AgainStore): Promise<void> {
  return keepSlice(context, "again", {
    read: async () => ({ ...NOT_AGAIN, file: await kept.read() }),
    write: ({ file }) => kept.write(file),
  });
}
