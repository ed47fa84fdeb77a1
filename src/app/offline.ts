// The lab without a network: the service worker (workers/offline.worker.ts) is registered once the lab is there, and an update that it has
// fetched is taken when a person says so and nothing is under way. What it keeps and serves is its own.
import type { LabContext } from "./context";
import type { LabCommands } from "./labCommands";
import type { LabState } from "./state";

const UNDER_WAY: unknown[] = ["opening", "running", "pausing", "paused", "stopping"];

/** Whether a reload would interrupt nothing, of whatever part of the lab. */
export function isAtRest(lab: LabState): boolean {
  const parts: object[] = Object.values(lab).filter((part) => typeof part === "object" && part !== null);
  return !lab.weights.fetched && lab.errands === 0 && parts.every((part) => !("state" in part && UNDER_WAY.includes(part.state)));
}

/** What of a page it takes, so that a test may bring its own. */
export interface OfflinePage {
  container: ServiceWorkerContainer | undefined;
  caches: Pick<CacheStorage, "match">;
  /** Address of a script that is of this page's version and no other. */
  script: string;
  document: Pick<Document, "visibilityState" | "addEventListener">;
  reload(): void;
}

const thisPage = (): OfflinePage => ({
  container: navigator.serviceWorker,
  caches,
  script: import.meta.url,
  document,
  reload: () => location.reload(),
});

export interface Offline extends Pick<LabCommands, "updateLab"> {
  /** Registers the service worker when the lab has come; where the browser has none or forbids it, the lab is as it is without. */
  keepOffline(): Promise<void>;
}

export function createOffline({ store, say }: Pick<LabContext, "store" | "say">, page = thisPage()): Offline {
  let registration: ServiceWorkerRegistration | null = null;

  async function look(): Promise<void> {
    if (!registration) return;
    // A host may have been updated between the page and its service worker, which then has another version's files.
    const isKept = await page.caches.match(page.script).then(
      (response) => response !== undefined,
      // Who cannot read what is kept cannot tell.
      () => true,
    );
    const { active, waiting } = registration;
    store.setState({ offline: waiting || (active && !isKept) ? "outdated" : active ? "ready" : "unready" });
  }

  /** Resolves when the GPU has answered, and so the workers have come: what is kept for later does not hold up a first visit. */
  const hasCome = () =>
    new Promise<void>((resolve) => {
      const check = ({ gpu, tab }: LabState) => {
        if (gpu.state === "asking" && tab !== "looksOn") return;
        leave();
        resolve();
      };
      const leave = store.subscribe(check);
      check(store.getState());
    });

  async function register(container: ServiceWorkerContainer): Promise<void> {
    let hadOne = container.controller !== null;
    registration = await container.register("./serviceWorker.js", { updateViaCache: "none" });
    const watch = () => registration?.installing?.addEventListener("statechange", () => void look());
    registration.addEventListener("updatefound", watch);
    watch();
    container.addEventListener("controllerchange", () => {
      // Another version gives the files now: this tab, or another in which nothing is under way either, has taken it.
      if (hadOne && isAtRest(store.getState())) page.reload();
      hadOne = true;
      void look();
    });
    // Browsers look for an update when a page is opened, and a lab may be open for days.
    page.document.addEventListener("visibilitychange", () => {
      if (page.document.visibilityState === "visible") registration?.update().catch(() => {});
    });
    await look();
  }

  return {
    async keepOffline() {
      await hasCome();
      if (page.container) await register(page.container).catch(() => {});
    },
    updateLab() {
      if (!isAtRest(store.getState())) return say("Something is under way: the update waits for its end.");
      const waiting = registration?.waiting;
      if (!waiting) return page.reload();
      // Not by the change of controller alone: a page that was loaded past the service worker had none.
      waiting.addEventListener("statechange", () => waiting.state === "activated" && page.reload());
      waiting.postMessage("update");
    },
  };
}
