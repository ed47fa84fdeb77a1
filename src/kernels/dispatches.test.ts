// How dispatches are recorded: grids beyond WebGPU's 65,535 workgroups a dimension, and what is refused.
import { expect, it } from "vitest";
import { hold, holdEmpty, openTestDevice, runDispatches } from "../check/reference/testKernels";
import { dispatch } from "./dispatches";
import { defineKernel, read, write } from "./kernel";

openTestDevice();

const count = defineKernel({
  name: "count",
  workgroupSize: 1,
  bindings: { given: read("scalar"), out: write("scalar") },
  uniforms: { values: "u32", add: "f32" },
  body: "if (thread < u.values) { store_out(thread, load_given(thread % 4u) + f32(thread) + u.add); }",
});

it.each([1, 65_535, 65_536, 131_073])("runs each of %i invocations once", async (values) => {
  const out = hold("scalar", new Float64Array(values + 4));
  const bindings = { given: hold("scalar", [0, 0.25, 0.5, 0.75]), out };
  const got = await runDispatches([dispatch(count, bindings, { values, add: 1 }, { threads: values })], { out });
  const wrong = got.out.findIndex((one, at) => one !== (at < values ? at + 1 + (at % 4) / 4 : 0));
  expect(wrong).toBe(-1);
});

it("refuses a dispatch without one of its uniforms or buffers", async () => {
  const out = holdEmpty("scalar", 4);
  const given = hold("scalar", [0]);
  const forgetful = dispatch(count, { given, out }, { values: 1 } as { values: number; add: number }, { threads: 1 });
  await expect(runDispatches([forgetful], { out })).rejects.toThrow("count has no add");
  const unbound = dispatch(count, { out } as { given: typeof given; out: typeof out }, { values: 1, add: 0 }, { threads: 1 });
  await expect(runDispatches([unbound], { out })).rejects.toThrow("count has no buffer for given");
});
