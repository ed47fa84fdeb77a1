import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createStore } from "zustand/vanilla";
import type { DatasetApi, DatasetSummary, FolderSource } from "../protocol/dataset";
import { createContext } from "./context";
import { createDatasetCommands } from "./datasetCommands";
import { INITIAL_STATE } from "./initialState";
import type { LabState } from "./state";
import type { Workers } from "./workers";

beforeEach(() => {
  vi.stubGlobal("window", new EventTarget());
});
afterEach(() => vi.unstubAllGlobals());

/** The commands on a dataset worker that reads a folder when told to. */
function createLabOnDoubles() {
  const store = createStore<LabState>(() => INITIAL_STATE);
  const reading = new Map<string, (summary: Partial<DatasetSummary>) => void>();
  const dataset: Partial<DatasetApi> = {
    open: ({ source }: { source: FolderSource }) =>
      new Promise((resolve) => {
        reading.set(source.name, (summary) =>
          resolve({
            name: source.name,
            films: 1,
            rows: 1,
            columns: [],
            ownValidation: null,
            ...summary,
          } as unknown as DatasetSummary),
        );
      }),
    describeSample: async () => ({ problem: null }) as never,
  };
  const context = createContext(store, { dataset } as unknown as Workers);
  const commands = createDatasetCommands(context, async () => {});
  const openFolder = (name: string) => {
    const file = { name: "a.png", webkitRelativePath: `${name}/a.png` };
    return commands.openFiles([file] as unknown as FileList);
  };
  return { store, commands, reading, openFolder };
}

it("shows the folder opened last, though one opened before it is read later", async () => {
  const { store, reading, openFolder } = createLabOnDoubles();
  const opened = [openFolder("first"), openFolder("second")];
  reading.get("second")?.({});
  await vi.waitFor(() => expect(store.getState().dataset.summary?.name).toBe("second"));
  reading.get("first")?.({});
  await Promise.all(opened);
  expect(store.getState().dataset).toMatchObject({ state: "ready", name: "second", summary: { name: "second" } });
});

it("leaves an open folder open where what is dropped next cannot be", async () => {
  const { store, commands, reading, openFolder } = createLabOnDoubles();
  const opened = openFolder("films");
  reading.get("films")?.({});
  await opened;
  await commands.takeDrop({ items: [] } as unknown as DataTransfer);
  expect(store.getState().dataset).toMatchObject({
    state: "ready",
    summary: { name: "films" },
    failure: { code: "badSettings" },
  });
  expect(store.getState().status).toContain("not something the lab can use");
});
