import { expect, it, vi } from "vitest";
import { createStore } from "zustand/vanilla";
import { LabError } from "../protocol/labError";
import { DEFAULT_SETTINGS } from "../protocol/settings";
import { createSettingsStore } from "../storage/settings";
import { createTestKeyValue } from "../storage/testKeyValue";
import { createContext } from "./context";
import { INITIAL_STATE } from "./initialState";
import { keepSlice } from "./keepSlice";
import type { LabState } from "./state";
import type { Workers } from "./workers";

/** A page on the settings that the pages before it left. */
function openPage(values = createTestKeyValue<unknown>()) {
  const store = createStore<LabState>(() => INITIAL_STATE);
  const restored = keepSlice(createContext(store, {} as Workers), "settings", createSettingsStore(values));
  const change = (settings: Partial<LabState["settings"]>) =>
    store.setState((state) => ({ settings: { ...state.settings, ...settings } }));
  return { store, values, restored, change };
}

it("gives a page the settings that the page before it was left with", async () => {
  const first = openPage();
  await first.restored;
  expect(first.store.getState().settings).toEqual(DEFAULT_SETTINGS);
  first.change({ imageSize: 128 });
  first.change({ maxLr: 0.05 });
  await vi.waitFor(() => expect(first.values.map.get("page")).toEqual({ imageSize: 128, maxLr: 0.05 }));
  const second = openPage(first.values);
  await second.restored;
  expect(second.store.getState().settings).toEqual({ ...DEFAULT_SETTINGS, imageSize: 128, maxLr: 0.05 });
});

it("leaves what was changed before the kept settings were read", async () => {
  const values = createTestKeyValue<unknown>();
  values.map.set("page", { imageSize: 128 });
  const { store, restored, change } = openPage(values);
  change({ epochs: 9 });
  await restored;
  expect(store.getState().settings).toEqual({ ...DEFAULT_SETTINGS, epochs: 9 });
});

it("says so where settings can be neither read nor kept, and the page works on", async () => {
  const values = createTestKeyValue<unknown>();
  values.read = async () => {
    throw new LabError("storageFailed", "No storage to read.");
  };
  values.beforeWrite = () => {
    throw new LabError("storageFull", "No storage to write.");
  };
  const { store, restored, change } = openPage(values);
  await restored;
  expect(store.getState().status).toBe("No storage to read.");
  change({ epochs: 9 });
  await vi.waitFor(() => expect(store.getState().status).toBe("No storage to write."));
  expect(store.getState().settings.epochs).toBe(9);
});
