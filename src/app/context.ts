// What every group of commands shares: the store, the workers, and two ways to say what happens. No command of its own.
import type { StoreApi } from "zustand/vanilla";
import type { LabState } from "./state";
import type { Workers } from "./workers";

export interface LabContext {
  store: StoreApi<LabState>;
  workers: Workers;
  /** Merges a change into one part of the state. */
  patch<Part extends PartOfState>(part: Part, change: Partial<LabState[Part]>): void;
  /** The sentence in `Lab status`. */
  say(status: string): void;
  /** What the page keeps on disk: asked for again after whatever adds to it. */
  measureDisk(): Promise<void>;
}

type PartOfState = "gpu" | "dataset" | "sample" | "preparation" | "finder" | "run" | "weights" | "evaluation";

export function createContext(store: StoreApi<LabState>, workers: Workers): LabContext {
  return {
    store,
    workers,
    patch: (part, change) =>
      store.setState((state) => ({ [part]: { ...state[part], ...change } }) as Pick<LabState, typeof part>),
    say: (status) => store.setState({ status }),
    measureDisk: async () => {
      const { usage } = await navigator.storage.estimate();
      store.setState({ diskBytes: usage ?? null });
    },
  };
}

/** Name of the window event that tells a program that drives the page what happens: its `detail` is one JSON-like object. */
const AUTOMATION_EVENT = "roentgen-lab";

export function announce(detail: { type: string } & Record<string, unknown>): void {
  window.dispatchEvent(new CustomEvent(AUTOMATION_EVENT, { detail }));
}
