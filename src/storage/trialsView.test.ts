import { expect, it } from "vitest";
import { DEFAULT_TRIALS_VIEW } from "../protocol/trialsView";
import { createTestKeyValue } from "./testKeyValue";
import { createTrialsViewStore } from "./trialsView";

const VIEW = {
  columns: { seed: true, star: false },
  sort: { column: "auroc", descending: false },
  filter: "edema",
  starredOnly: true,
  selected: [3, 1],
};

it("gives back how the trials were looked at", async () => {
  const store = createTrialsViewStore(createTestKeyValue<unknown>());
  expect(await store.read()).toEqual(DEFAULT_TRIALS_VIEW);
  await store.write(VIEW);
  expect(await store.read()).toEqual(VIEW);
});

it.each([
  [null, {}],
  ["nonsense", {}],
  [
    { ...VIEW, columns: { seed: "yes" } },
    { ...VIEW, columns: {} },
  ],
  [
    { ...VIEW, sort: { column: "auroc" } },
    { ...VIEW, sort: DEFAULT_TRIALS_VIEW.sort },
  ],
  [{ filter: 7, starredOnly: "no", selected: ["1"], more: 1 }, {}],
])("reads %j, of another version, with defaults for what it does not know", async (kept, read) => {
  const values = createTestKeyValue<unknown>();
  values.map.set("page", kept);
  expect(await createTrialsViewStore(values).read()).toEqual({ ...DEFAULT_TRIALS_VIEW, ...read });
});
