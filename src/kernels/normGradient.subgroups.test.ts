// The sums of a norm's gradient put together by subgroups, by the same definition as one invocation's. On devices with subgroups.
import { describe, expect, it } from "vitest";
import { hasFeature, openTestDevice } from "../check/reference/testKernels";
import { checkNormSums, ODD_PARTS } from "../check/reference/testReductions";

openTestDevice();

const hasSubgroups = await hasFeature("subgroups");

describe.skipIf(!hasSubgroups)("adds to the norm's gradients and to the sums, by subgroups", () => {
  it.each(ODD_PARTS)("%i parts", async (parts) => {
    await checkNormSums("subgroup", { quads: 3, parts });
  });

  it("of more quads than a workgroup has invocations", async () => {
    await checkNormSums("subgroup", { quads: 70, parts: 5 });
  });

  it("in the same order every time", async () => {
    const sizes = { quads: 19, parts: 131 };
    expect(await checkNormSums("subgroup", sizes)).toEqual(await checkNormSums("subgroup", sizes));
  });
});
