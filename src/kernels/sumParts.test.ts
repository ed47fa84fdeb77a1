import { expect, it } from "vitest";
import { drawNormals, expectClose, hold, openTestDevice, runDispatches } from "../check/reference/testKernels";
import { createRandom } from "../nn/random";
import { dispatch } from "./dispatches";
import { sumParts } from "./sumParts";

openTestDevice();

it.each([
  [1, 1],
  [67, 5],
  [3, 256],
])("adds %i quads of %i parts to the gradients", async (quads, parts) => {
  const random = createRandom(1, "drawn");
  const stride = quads + 2;
  const out = 3;
  const given = drawNormals(random, parts * stride * 4);
  const before = drawNormals(random, (out + quads + 1) * 4);
  const gradients = hold("f32", before);
  const bindings = { parts: hold("f32", given), gradients };
  const got = await runDispatches([dispatch(sumParts, bindings, { quads, parts, stride, out }, { threads: quads })], {
    gradients,
  });
  const want = before.map((one, at) => {
    const place = at - out * 4;
    if (place < 0 || place >= quads * 4) return one;
    return Array.from({ length: parts }, (_, part) => given[part * stride * 4 + place] ?? Number.NaN).reduce(
      (a, b) => a + b,
      one,
    );
  });
  expectClose(got.gradients, want);
  expect([...got.gradients.subarray(0, out * 4)]).toEqual([...before.subarray(0, out * 4)]);
  expect([...got.gradients.subarray(-4)]).toEqual([...before.subarray(-4)]);
});
