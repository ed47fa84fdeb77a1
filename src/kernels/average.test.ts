import { it } from "vitest";
import { drawNormals, expectClose, hold, openTestDevice, runDispatches } from "../check/reference/testKernels";
import { createRandom } from "../nn/random";
import { moveAverage } from "./average";
import { dispatch } from "./dispatches";

openTestDevice();

it.each([0, 0.9, 0.9999])("keeps %d of itself at each step, up to its last quad", async (keep) => {
  const random = createRandom(22, "drawn");
  const [quads, more] = [71, 2];
  const draw = () => drawNormals(random, (quads + more) * 4);
  const average = hold("f32", draw(), "average");
  const steps = [draw(), draw(), draw()];
  const dispatches = steps.map((values) =>
    dispatch(moveAverage, { values: hold("f32", values), average }, { quads, keep, take: 1 - keep }, { threads: quads }),
  );
  const got = await runDispatches(dispatches, { average });
  const want = average.values.map((start, at) =>
    at < quads * 4 ? steps.reduce((kept, values) => keep * kept + (1 - keep) * (values[at] ?? 0), start) : start,
  );
  expectClose(got.average, want);
});
