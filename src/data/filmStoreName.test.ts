import { expect, it } from "vitest";
import { DEFAULT_SETTINGS, preparationOf } from "../protocol/settings";
import { nameStore, readStoreName } from "./filmStoreName";

it("reads back how films were prepared, of this version", () => {
  const plain = preparationOf(DEFAULT_SETTINGS);
  for (const change of [
    {},
    { imageSize: 320, fit: "letterbox" },
    { cropBorders: true },
    { fit: "crop" },
    { equalise: true, grading: "percentiles" },
  ] as const) {
    const settings = { ...plain, ...change };
    expect(readStoreName(nameStore(settings))).toEqual(settings);
  }
  expect(readStoreName(nameStore(plain).replace(/v\d+$/, "v1"))).toBeNull();
  expect(readStoreName("other")).toBeNull();
});
