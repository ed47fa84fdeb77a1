import type * as Comlink from "comlink";
import { expect, it } from "vitest";
import type { LabError } from "../protocol/labError";
import { supervise } from "./supervise";

interface Api {
  answer(value: number): Promise<number>;
  never(): Promise<void>;
  work(port: MessagePort): Promise<void>;
}

/** Workers that answer at once or never, each with a lock that it holds until it ends. */
function createWorkers() {
  const workers: { worker: Worker; isTerminated: boolean; tell(event: Event): void; end(): void }[] = [];
  const waiting = new Map<string, () => void>();
  const told: string[] = [];
  const api = supervise<Api>({
    name: "training",
    create: () => {
      const target = new EventTarget();
      const made = {
        worker: Object.assign(target, { terminate: () => void Object.assign(made, { isTerminated: true }) }) as unknown as Worker,
        isTerminated: false,
        tell: (event: Event) => void target.dispatchEvent(event),
        end: () => waiting.get(`lock ${workers.indexOf(made)}`)?.(),
      };
      workers.push(made);
      return made.worker;
    },
    onLost: (freed) => {
      told.push("lost");
      freed.then(() => told.push("freed"));
    },
    onUnusable: ({ code }: LabError) => told.push(`unusable: ${code}`),
    locks: { request: async (name: string, work: () => void) => void waiting.set(name, work) } as unknown as LockManager,
    wrap: (worker) => {
      const number = workers.findIndex((one) => one.worker === worker);
      return {
        answer: async (value: number) => 10 * number + value,
        never: () => new Promise(() => {}),
        work: () => new Promise(() => {}),
      } as unknown as Comlink.Remote<Api>;
    },
  });
  const live = (n: number) => workers[n]?.tell(new MessageEvent("message", { data: { lifeline: `lock ${n}` } }));
  return { api, workers, told, live };
}

const failure = (message: string) => Object.assign(new Event("error", { cancelable: true }), { message });

it("puts another worker in the place of one that the browser ended, and settles what that one left open", async () => {
  const { api, workers, told, live } = createWorkers();
  live(0);
  expect(await api.answer(1)).toBe(1);
  const open = api.never();
  workers[0]?.end();
  await expect(open).rejects.toMatchObject({ code: "workerLost", message: expect.stringContaining("Resume") });
  expect(told).toEqual(["lost", "freed"]);
  expect(await api.answer(1)).toBe(11);
});

it("takes an error outside any call for the worker's end, once, and no longer for the page's", async () => {
  const { api, workers, told, live } = createWorkers();
  live(0);
  const error = failure("a mistake");
  workers[0]?.tell(error);
  workers[0]?.tell(failure("another"));
  await Promise.resolve();
  expect(told).toEqual(["lost"]);
  // What it held, trials among it, is free only now.
  workers[0]?.end();
  await Promise.resolve();
  expect(workers.map(({ isTerminated }) => isTerminated)).toEqual([true, false]);
  expect([error.defaultPrevented, told]).toEqual([true, ["lost", "freed"]]);
  expect(await api.answer(2)).toBe(12);
});

it("does not try again and again what never came to life", async () => {
  const { api, workers, told } = createWorkers();
  const open = api.never();
  workers[0]?.tell(failure(""));
  await expect(open).rejects.toMatchObject({ code: "workerLost", message: expect.stringContaining("Reload the page") });
  await expect(api.answer(1)).rejects.toMatchObject({ code: "workerLost" });
  expect([workers, told]).toMatchObject([{ length: 1 }, ["unusable: workerLost"]]);
});

it("does not start another without end where each is lost before it was given work, and says what is left to do", async () => {
  const { api, workers, told, live } = createWorkers();
  for (const n of [0, 1]) {
    live(n);
    expect(await api.answer(1)).toBe(10 * n + 1);
    workers[n]?.end();
  }
  live(2);
  const open = api.never();
  workers[2]?.end();
  await expect(open).rejects.toMatchObject({ code: "workerLost", message: expect.stringMatching(/3 times.* Reload the page/) });
  await expect(api.answer(1)).rejects.toMatchObject({ code: "workerLost" });
  expect(workers).toHaveLength(3);
  expect(told.filter((word) => word !== "freed")).toEqual(["lost", "lost", "unusable: workerLost"]);
});

it("starts another as often as one is lost at work", async () => {
  const { api, workers, told, live } = createWorkers();
  for (let n = 0; n < 8; n++) {
    live(n);
    const job = n % 2 === 1 ? api.work(new MessageChannel().port1) : null;
    workers[n]?.end();
    if (job) await expect(job).rejects.toMatchObject({ code: "workerLost" });
  }
  expect(told.filter((word) => word === "lost")).toHaveLength(8);
  expect(await api.answer(1)).toBe(81);
});
