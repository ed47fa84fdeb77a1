// BatchNorm's moments put together by subgroups, by the same definition as one invocation's. On devices with subgroups.
import { describe, expect, it } from "vitest";
import { hasFeature, openTestDevice } from "../check/reference/testKernels";
import { checkNormalise, type NormaliseCase, ODD_PARTS } from "../check/reference/testReductions";

openTestDevice();

const hasSubgroups = await hasFeature("subgroups");
const ofEach = (pixels: number, parts: number) => Array<number>(parts).fill(pixels);

describe.skipIf(!hasSubgroups)("in training, by subgroups", () => {
  it.each(ODD_PARTS)("%i parts", async (parts) => {
    await checkNormalise("subgroup", { quads: 3, fresh: 0, parts: [...ofEach(5, parts - 1), 2], mean: 0 });
  });

  it.each<{ title: string } & NormaliseCase>([
    { title: "a layer's new channels, after those that are known", quads: 19, fresh: 16, parts: ofEach(3, 70), mean: 0 },
    { title: "none new", quads: 2, fresh: 2, parts: [9], mean: 0 },
    { title: "means a thousand times the deviation", quads: 2, fresh: 0, parts: [...ofEach(64, 130), 1], mean: 1000 },
    {
      title: "empty parts, also at both ends and for whole lanes",
      quads: 2,
      fresh: 0,
      parts: [...ofEach(0, 99), 7, 0, 4, ...ofEach(0, 33)],
      mean: 1,
    },
    { title: "a single pixel", quads: 1, fresh: 0, parts: [0, 1], mean: 0 },
    { title: "more quads than a workgroup has invocations", quads: 70, fresh: 1, parts: ofEach(2, 9), mean: 0 },
  ])("$title", async (sizes) => {
    await checkNormalise("subgroup", sizes);
  });

  it("in the same order every time", async () => {
    const sizes = { quads: 40, fresh: 3, parts: [...ofEach(3, 130), 1], mean: 5 };
    expect(await checkNormalise("subgroup", sizes)).toEqual(await checkNormalise("subgroup", sizes));
  });
});
