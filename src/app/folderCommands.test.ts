import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createStore } from "zustand/vanilla";
import type { DatasetApi, DatasetSummary, FolderSource } from "../protocol/dataset";
import type { LastFolder } from "../storage/lastFolder";
import { createContext } from "./context";
import { createFolderCommands } from "./folderCommands";
import { INITIAL_STATE } from "./initialState";
import { createSampleCommands } from "./sampleCommands";
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
  const kept: LastFolder[] = [];
  const lastFolder = { read: async () => kept.at(-1), write: async (folder: LastFolder) => void kept.push(folder) };
  const take = { weights: async () => {}, json: async () => {}, trial: async () => {} };
  const commands = createFolderCommands(context, createSampleCommands(context), take, async () => {}, lastFolder);
  const openFolder = (name: string) => {
    const file = { name: "a.png", webkitRelativePath: `${name}/a.png` };
    return commands.openFiles([file] as unknown as FileList);
  };
  /** Ends the reading of a folder, once that has begun. */
  const endReading = async (name: string) => {
    await vi.waitFor(() => expect(reading.has(name)).toBe(true));
    reading.get(name)?.({});
  };
  return { store, commands, kept, endReading, openFolder };
}

it("shows the folder opened last, though one opened before it is read later", async () => {
  const { store, endReading, openFolder } = createLabOnDoubles();
  const first = openFolder("first");
  await vi.waitFor(() => expect(store.getState().dataset.name).toBe("first"));
  const second = openFolder("second");
  await endReading("second");
  await vi.waitFor(() => expect(store.getState().dataset.summary?.name).toBe("second"));
  await endReading("first");
  await Promise.all([first, second]);
  expect(store.getState().dataset).toMatchObject({ state: "ready", name: "second", summary: { name: "second" } });
});

it("leaves an open folder open where what is dropped next cannot be", async () => {
  const { store, commands, endReading, openFolder } = createLabOnDoubles();
  const opened = openFolder("films");
  await endReading("films");
  await opened;
  await commands.takeDrop({ items: [] } as unknown as DataTransfer);
  expect(store.getState().dataset).toMatchObject({
    state: "ready",
    summary: { name: "films" },
    failure: { code: "badSettings" },
  });
  expect(store.getState().status).toContain("not something the lab can use");
});

/** A folder's handle for which the browser gives this permission. */
function makeHandle(name: string, permission: PermissionState) {
  const ask = async () => permission;
  return { kind: "directory", name, queryPermission: ask, requestPermission: ask } as unknown as FileSystemDirectoryHandle;
}
const dropOf = (handle: FileSystemDirectoryHandle) =>
  ({
    items: [{ kind: "file", getAsFileSystemHandle: async () => handle, webkitGetAsEntry: () => null, getAsFile: () => null }],
  }) as unknown as DataTransfer;

it("keeps the handle of a dropped folder for the next visit, and that one opens it again", async () => {
  const { commands, kept, endReading } = createLabOnDoubles();
  const dropped = commands.takeDrop(dropOf(makeHandle("films", "granted")));
  await endReading("films");
  await dropped;
  expect(kept.map(({ handle }) => handle.name)).toEqual(["films"]);

  const next = createLabOnDoubles();
  next.kept.push(...kept);
  const offered = next.commands.offerLastFolder();
  await next.endReading("films");
  await offered;
  expect(next.store.getState().dataset).toMatchObject({ state: "ready", name: "films" });
});

it("offers the last folder where the browser wants to be asked first, and says so where it refuses", async () => {
  const { store, commands, kept } = createLabOnDoubles();
  kept.push({ handle: makeHandle("films", "prompt"), labelFiles: [], choice: {} });
  await commands.offerLastFolder();
  expect(store.getState().dataset).toMatchObject({ state: "empty", lastFolder: "films" });
  await commands.reopenFolder();
  expect(store.getState().dataset).toMatchObject({ state: "failed", failure: { code: "emptyFolder" } });
});

it("takes a spreadsheet for labels, so that its refusal says what to save it as", async () => {
  const { store, commands } = createLabOnDoubles();
  const file = { name: "labels.xlsx" };
  const items = [{ kind: "file", webkitGetAsEntry: () => null, getAsFile: () => file }];
  await commands.takeDrop({ items } as unknown as DataTransfer);
  expect(store.getState().dataset.failure).toMatchObject({ code: "noFilms", at: "labels.xlsx" });
});
