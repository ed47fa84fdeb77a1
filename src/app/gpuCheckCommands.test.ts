import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createStore } from "zustand/vanilla";
import type { CheckEvent, CheckScope, GpuCheckReport } from "../protocol/gpuCheck";
import { LabError } from "../protocol/labError";
import { createGpuCheckStore } from "../storage/gpuChecks";
import { createTestKeyValue } from "../storage/testKeyValue";
import { createContext } from "./context";
import { createGpuCheckCommands } from "./gpuCheckCommands";
import { createGpuJobs } from "./gpuJobs";
import { INITIAL_STATE } from "./initialState";
import type { LabState } from "./state";
import type { Workers } from "./workers";

declare const CHECKED_VERSION: string;

const HERE = { adapter: "a card", browser: "a browser", lab: CHECKED_VERSION };
const REPORT = {
  ...HERE,
  formatVersion: 1,
  passed: true,
  verdict: "It computes.",
  checks: 3,
  parts: [],
} as unknown as GpuCheckReport;

beforeEach(() => {
  vi.stubGlobal("window", new EventTarget());
  vi.stubGlobal("navigator", { userAgent: HERE.browser });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** The commands on a check worker that does as the test says. */
function createLabOnDoubles({ isSoftware = false, values = createTestKeyValue<GpuCheckReport>() } = {}) {
  const store = createStore<LabState>(() => ({
    ...INITIAL_STATE,
    gpu: { state: "ready", report: { name: HERE.adapter, isSoftware } as LabState["gpu"]["report"], failure: null },
  }));
  const context = createContext(store, {} as Workers);
  const jobs = createGpuJobs(context);
  const started: { scope: CheckScope; emit: (event: CheckEvent) => void; commands: string[]; ended: boolean }[] = [];
  const commands = createGpuCheckCommands(context, jobs, {
    start: () => {
      const one = { scope: "whole" as CheckScope, emit: (_: CheckEvent) => {}, commands: [] as string[], ended: false };
      started.push(one);
      let lose = (_: LabError) => {};
      const ended = new Promise<void>((_, reject) => {
        lose = reject;
      });
      ended.catch(() => {});
      return {
        check: (scope, port) => {
          one.scope = scope;
          port.onmessage = ({ data }) => one.commands.push(data.type);
          one.emit = (event) => port.postMessage(event);
          return ended;
        },
        end: () => {
          one.ended = true;
          lose(new LabError("workerLost", "It was ended."));
        },
      };
    },
    kept: createGpuCheckStore(values),
  });
  return { store, jobs, commands, started, values };
}

it("shows a check as it goes, keeps it, and finds it again for the same card alone", async () => {
  const lab = createLabOnDoubles();
  const done = lab.commands.checkGpu();
  lab.started[0]?.emit({ type: "checkProgress", done: 1, total: 3, name: "head" });
  await vi.waitFor(() => expect(lab.store.getState().gpuCheck.progress).toMatchObject({ done: 1, name: "head" }));
  lab.started[0]?.emit({ type: "finished", report: REPORT });
  await done;
  expect(lab.store.getState()).toMatchObject({ status: "It computes.", gpuCheck: { state: "done", report: REPORT } });
  expect(lab.started[0]).toMatchObject({ scope: "whole", ended: true });

  const later = createLabOnDoubles({ values: lab.values });
  await later.commands.recallCheck("another card");
  await lab.values.write(JSON.stringify([HERE.adapter, HERE.browser, "0.1.0+of other code"]), { ...REPORT, passed: false });
  expect(later.store.getState().gpuCheck.report).toBeNull();
  await later.commands.recallCheck("a card");
  expect(later.store.getState().gpuCheck.report).toEqual(REPORT);
});

it("is refused while another job has the card, and refuses others", async () => {
  const lab = createLabOnDoubles();
  let end = () => {};
  const run = lab.jobs.alone("run", "Trial 1", () => new Promise<void>((resolve) => (end = resolve)));
  await lab.commands.checkGpu();
  expect(lab.started).toEqual([]);
  expect(lab.store.getState().status).toContain("Trial 1 is under way");
  end();
  await run;
  const checked = lab.commands.checkGpu();
  await lab.jobs.alone("run", "Trial 2", async () => {});
  expect(lab.store.getState().status).toContain("The check of the graphics card is under way");
  lab.started[0]?.emit({ type: "finished", report: REPORT });
  await checked;
});

it("stops, and leaves what was known before", async () => {
  const lab = createLabOnDoubles({ isSoftware: true });
  await lab.values.write(JSON.stringify(Object.values(HERE)), REPORT);
  await lab.commands.recallCheck("a card");
  const done = lab.commands.checkGpu();
  lab.commands.stopCheckingGpu();
  await vi.waitFor(() => expect(lab.started[0]?.commands).toEqual(["stop"]));
  lab.started[0]?.emit({ type: "stopped" });
  await done;
  expect(lab.started[0], "a software adapter has a quick one").toMatchObject({ scope: "quick", ended: true });
  expect(lab.store.getState().gpuCheck).toMatchObject({ state: "stopped", report: REPORT });
});

it("is stopped where the driver hangs, by the end of its worker", async () => {
  vi.useFakeTimers();
  const lab = createLabOnDoubles();
  const done = lab.commands.checkGpu();
  lab.commands.stopCheckingGpu();
  expect(lab.store.getState().gpuCheck.state).toBe("stopping");
  await vi.runAllTimersAsync();
  await done;
  expect(lab.started[0]?.ended).toBe(true);
  expect(lab.store.getState().gpuCheck).toMatchObject({ state: "stopped", failure: null });
});

it("says why where it fails, and ends its worker", async () => {
  const lab = createLabOnDoubles();
  const done = lab.commands.checkGpu();
  lab.started[0]?.emit({ type: "failed", code: "deviceLost", message: "The graphics card was lost." });
  await done;
  expect(lab.store.getState().gpuCheck).toMatchObject({ state: "failed", failure: { code: "deviceLost" }, report: null });
  expect(lab.started[0]?.ended).toBe(true);
});
