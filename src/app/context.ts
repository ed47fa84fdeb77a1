// What every group of commands shares: the store, the workers, and two ways to say what happens. No command of its own.
import type { StoreApi } from "zustand/vanilla";
import { type Failure, toFailure } from "../protocol/labError";
import type { LabState } from "./state";
import type { Workers } from "./workers";

export interface LabContext {
  store: StoreApi<LabState>;
  workers: Workers;
  /** Merges a change into one part of the state. */
  patch<Part extends PartOfState>(part: Part, change: Partial<LabState[Part]>): void;
  /** The sentence in `Lab status`. */
  say(status: string): void;
  /**
   * Runs short work of which nothing is shown but a sentence at its end, such as writing or reading a file, and resolves to why it failed,
   * which is said and announced. A reload would lose it, so that an update waits for it.
   */
  errand(work: () => Promise<string>): Promise<Failure | null>;
  /** What the page keeps on disk: asked for again after whatever adds to it. */
  measureDisk(): Promise<void>;
  /**
   * Asks that the browser not clear films and checkpoints when the disk runs short. A refusal changes nothing, and the answer is not waited
   * for: Firefox asks the person.
   */
  askToPersist(): void;
}

type PartOfState =
  | "gpu"
  | "gpuCheck"
  | "dataset"
  | "sample"
  | "preparation"
  | "finder"
  | "again"
  | "run"
  | "weights"
  | "evaluation"
  | "figures"
  | "comparison"
  | "review"
  | "storage"
  | "trialsView";

export function createContext(store: StoreApi<LabState>, workers: Workers): LabContext {
  const patchStorage = (change: Partial<LabState["storage"]>) =>
    store.setState(({ storage }) => ({ storage: { ...storage, ...change } }));
  const say = (status: string) => store.setState({ status });
  const count = (by: number) => store.setState(({ errands }) => ({ errands: errands + by }));
  return {
    store,
    workers,
    patch: (part, change) =>
      store.setState((state) => ({ [part]: { ...state[part], ...change } }) as Pick<LabState, typeof part>),
    say,
    async errand(work) {
      count(1);
      try {
        say(await work());
        return null;
      } catch (error) {
        const failure = toFailure(error);
        say(failure.message);
        announce({ type: "failed", ...failure });
        return failure;
      } finally {
        count(-1);
      }
    },
    measureDisk: async () => {
      const { usage, quota } = await navigator.storage.estimate();
      patchStorage({ usedBytes: usage ?? null, quotaBytes: quota ?? null });
      if (await navigator.storage.persisted?.()) patchStorage({ persistence: "kept" });
    },
    askToPersist: () => {
      const { persistence } = store.getState().storage;
      if (persistence === "kept" || persistence === "asking" || !navigator.storage.persist) return;
      patchStorage({ persistence: "asking" });
      navigator.storage.persist().then(
        (kept) => patchStorage({ persistence: kept ? "kept" : "refused" }),
        () => patchStorage({ persistence: "refused" }),
      );
    },
  };
}

/** Name of the window event that tells a program that drives the page what happens: its `detail` is one JSON-like object. */
const AUTOMATION_EVENT = "roentgen-lab";

export function announce(detail: { type: string } & Record<string, unknown>): void {
  window.dispatchEvent(new CustomEvent(AUTOMATION_EVENT, { detail }));
}
