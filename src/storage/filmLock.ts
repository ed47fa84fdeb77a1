// Sets of prepared films that are in use, in whatever tab: none is removed meanwhile. Web Locks, which end with their tab.
import { LabError } from "../protocol/labError";

const lockOf = (store: string) => `roentgen-lab-films-${store}`;

/** Opens a set, by its name or a reference to it, and keeps it from being removed until what was opened is closed. */
export async function holdFilms<Opened extends { close(): void }>(
  reference: string,
  open: () => Promise<Opened>,
): Promise<Opened> {
  const [store = ""] = reference.split("@");
  const release = await new Promise<() => void>((held, failed) => {
    navigator.locks.request(lockOf(store), { mode: "shared" }, () => new Promise<void>((end) => held(end))).catch(failed);
  });
  try {
    const opened = await open();
    return {
      ...opened,
      close: () => {
        try {
          opened.close();
        } finally {
          release();
        }
      },
    };
  } catch (error) {
    release();
    throw error;
  }
}

/** @throws LabError badSettings where the set is in use */
export function withoutFilms(store: string, remove: () => Promise<void>): Promise<void> {
  return navigator.locks.request(lockOf(store), { ifAvailable: true }, (lock) => {
    if (lock) return remove();
    const message =
      "These films are in use: they are being prepared, trained on or evaluated, here or in another tab. Wait for its end, or stop it.";
    throw new LabError("badSettings", message, store);
  });
}
