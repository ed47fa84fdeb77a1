// The moments that are kept of strips of rows. How strips are cut is tested in columnsPlan.test.ts.
import { expect, it } from "vitest";
import { findMoments, makeImages } from "../check/reference/float64";
import {
  drawNormals,
  expectClose,
  hold,
  holdEmpty,
  openTestDevice,
  runDispatches,
  TOLERANCE,
  UNTOUCHED,
} from "../check/reference/testKernels";
import { createRandom } from "../nn/random";
import { defineStrips, MOMENT_QUADS, planStrips } from "./columns";
import { dispatch } from "./dispatches";
import { read } from "./kernel";

openTestDevice();

const seeRows = defineStrips({
  name: "seeRows",
  bindings: { seen: read("f32") },
  uniforms: {},
  perRow: "let kept = load_seen(pixel * u.columnQuads + column$);",
  columns: "moments",
});

it.each([
  ["a single row", 1, 0, 1],
  ["few rows", 11, 0, 1],
  ["many rows, and means a thousand times the deviation", 5003, 1000, 1],
  ["many rows, and means that cancel", 5003, 0, 1000],
  ["as many rows as a strip of a large batch has", 45_000, 3, 1],
])("keeps count, mean and squared deviations of each strip: %s", async (_, rows, mean, deviation) => {
  const [columnQuads, maxParts] = [3, 7];
  const random = createRandom(rows, "drawn");
  const x = makeImages({ images: 1, height: 1, width: rows, channels: columnQuads * 4 });
  x.data.set(drawNormals(random, x.data.length).map((one) => Math.fround(mean + deviation * one)));
  const { rowsPerStrip, strips, threads } = planStrips({ rows, columnQuads }, { threads: 64, maxParts });
  const partsFrom = 2;
  const columnParts = holdEmpty("f32", (partsFrom + strips) * MOMENT_QUADS * columnQuads * 4);
  const uniforms = { rows, rowsPerStrip, strips, columnQuads, partsFrom };
  const got = await runDispatches([dispatch(seeRows, { seen: hold("f32", x.data), columnParts }, uniforms, { threads })], {
    columnParts,
  });
  const channels = x.channels;
  for (let strip = 0; strip < strips; strip++) {
    const data = x.data.slice(strip * rowsPerStrip * channels, (strip + 1) * rowsPerStrip * channels);
    const count = data.length / channels;
    const want = findMoments({ ...x, width: count, data });
    const of = (quads: number) => {
      const first = ((partsFrom + strip) * MOMENT_QUADS + quads) * channels;
      return got.columnParts.subarray(first, first + channels);
    };
    expect([...of(0)]).toEqual(Array(channels).fill(count));
    // The mean of values that cancel is known to within the values' rounding, not its own.
    const scale = want.variance.map((one, c) => Math.sqrt(one) + Math.abs(want.mean[c] ?? 0));
    of(1).forEach((one, c) => {
      expect(Math.abs(one - (want.mean[c] ?? 0))).toBeLessThan(TOLERANCE * (scale[c] ?? 0) + 1e-30);
    });
    expectClose(
      of(2),
      want.variance.map((one) => one * count),
    );
  }
  expect(got.columnParts.subarray(0, partsFrom * MOMENT_QUADS * channels).every((one) => one === UNTOUCHED)).toBe(true);
});
