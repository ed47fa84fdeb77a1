import { expect, it, vi } from "vitest";
import { createStore } from "zustand/vanilla";
import { INITIAL_STATE } from "./initialState";
import { createOffline, isAtRest, type OfflinePage } from "./offline";
import type { LabState } from "./state";

class TestWorker extends EventTarget {
  state = "installed";
  postMessage = vi.fn();
  become(state: string): void {
    this.state = state;
    this.dispatchEvent(new Event("statechange"));
  }
}

class TestRegistration extends EventTarget {
  installing: TestWorker | null = null;
  waiting: TestWorker | null = null;
  active: TestWorker | null = null;
  update = vi.fn(async () => {});
  /** The browser has found another version, and fetched it. */
  async fetchUpdate(): Promise<TestWorker> {
    const worker = new TestWorker();
    this.installing = worker;
    this.dispatchEvent(new Event("updatefound"));
    this.installing = null;
    this.waiting = worker;
    worker.become("installed");
    await settled();
    return worker;
  }
}

const settled = () => new Promise((resolve) => setTimeout(resolve));

/** @param visit `first`: nothing is kept yet; `later`: the page came from what is kept; `mixed`: what is kept is of another version */
async function open(visit: "first" | "later" | "mixed", gpu: LabState["gpu"]["state"] = "ready") {
  const store = createStore<LabState>(() => ({ ...INITIAL_STATE, tab: "acts", gpu: { ...INITIAL_STATE.gpu, state: gpu } }));
  const registration = new TestRegistration();
  if (visit !== "first") registration.active = new TestWorker();
  const register = vi.fn(async () => registration);
  const container = Object.assign(new EventTarget(), { controller: visit === "later" ? registration.active : null, register });
  const document = Object.assign(new EventTarget(), { visibilityState: "visible" as const });
  const reload = vi.fn();
  const say = vi.fn();
  const page: OfflinePage = {
    container: container as unknown as ServiceWorkerContainer,
    caches: { match: async () => (visit === "mixed" ? undefined : new Response()) },
    script: "https://host.example/assets/index-1.js",
    document,
    reload,
  };
  const { keepOffline, updateLab } = createOffline({ store, say }, page);
  void keepOffline();
  await settled();
  const train = (state: LabState["run"]["state"]) => store.setState(({ run }) => ({ run: { ...run, state } }));
  return { store, registration, register, container, document, reload, say, updateLab, train };
}

it("keeps nothing until the lab has come", async () => {
  const { store, register } = await open("first", "asking");
  expect(register).not.toHaveBeenCalled();
  store.setState(({ gpu }) => ({ gpu: { ...gpu, state: "missing" } }));
  await settled();
  expect(register).toHaveBeenCalledExactlyOnceWith("./serviceWorker.js", { updateViaCache: "none" });
});

it("works offline once all is kept, on a first visit without a reload", async () => {
  const { store, registration, container, reload } = await open("first");
  expect(store.getState().offline).toBe("unready");
  registration.active = new TestWorker();
  container.dispatchEvent(new Event("controllerchange"));
  await settled();
  expect(store.getState().offline).toBe("ready");
  expect(reload).not.toHaveBeenCalled();
});

it("offers an update, and reloads once it is taken and in place", async () => {
  const { store, registration, updateLab, reload } = await open("later");
  expect(store.getState().offline).toBe("ready");
  const update = await registration.fetchUpdate();
  expect(store.getState().offline).toBe("outdated");
  expect(reload).not.toHaveBeenCalled();
  updateLab();
  expect(update.postMessage).toHaveBeenCalledOnce();
  expect(reload).not.toHaveBeenCalled();
  update.become("activated");
  expect(reload).toHaveBeenCalledOnce();
});

it.each<LabState["run"]["state"]>(["running", "pausing", "paused", "stopping"])(
  "takes no update of a run that is %s",
  async (state) => {
    const { registration, train, updateLab, say, container, reload } = await open("later");
    const update = await registration.fetchUpdate();
    train(state);
    updateLab();
    expect(update.postMessage).not.toHaveBeenCalled();
    expect(say).toHaveBeenCalledWith(expect.stringContaining("the update waits for its end"));
    // Whoever brought the other version in place all the same.
    container.dispatchEvent(new Event("controllerchange"));
    expect(reload).not.toHaveBeenCalled();
  },
);

it("reloads with the tab that took the update", async () => {
  const { container, reload } = await open("later");
  container.dispatchEvent(new Event("controllerchange"));
  expect(reload).toHaveBeenCalledOnce();
});

it("offers a reload where the host was updated between the page and its service worker", async () => {
  const { store, updateLab, reload } = await open("mixed");
  expect(store.getState().offline).toBe("outdated");
  updateLab();
  expect(reload).toHaveBeenCalledOnce();
});

it("looks for an update whenever the page is seen again", async () => {
  const { document, registration } = await open("later");
  document.dispatchEvent(new Event("visibilitychange"));
  expect(registration.update).toHaveBeenCalledOnce();
});

it.each<[string, Partial<LabState>]>([
  ["a folder is opened", { dataset: { ...INITIAL_STATE.dataset, state: "opening" } }],
  ["films are prepared", { preparation: { ...INITIAL_STATE.preparation, state: "running" } }],
  ["the rate is looked for", { finder: { ...INITIAL_STATE.finder, state: "stopping" } }],
  ["a model is evaluated", { evaluation: { ...INITIAL_STATE.evaluation, state: "running" } }],
  ["a file is written", { errands: 1 }],
  ["weights are downloaded", { weights: { ...INITIAL_STATE.weights, fetched: { done: 1, total: null } } }],
])("is not at rest while %s", (_, change) => {
  expect(isAtRest(INITIAL_STATE)).toBe(true);
  expect(isAtRest({ ...INITIAL_STATE, ...change })).toBe(false);
});
