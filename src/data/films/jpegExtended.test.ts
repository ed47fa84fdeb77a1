import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import golden from "./golden/formats.json";
import { decodeExtendedJpeg } from "./jpegExtended";
import { furthestApart } from "./testSupport";

// Films of 12 bits are among those of dicom/dicom.test.ts; none of their tools writes restart markers, so these are of 8.
const restarts = Uint8Array.from(readFileSync(join(import.meta.dirname, "golden/formats/restarts.jpg")));

test("restart markers start prediction afresh", () => {
  expect(furthestApart(Uint8Array.from(decodeExtendedJpeg(restarts)), golden.made["restarts.jpg"])).toBeLessThanOrEqual(1);
});

test("a progressive JPEG is refused, not misread", () => {
  const progressive = restarts.slice();
  progressive[progressive.findIndex((byte, at) => byte === 0xc0 && progressive[at - 1] === 0xff)] = 0xc2;
  expect(() => decodeExtendedJpeg(progressive)).toThrow("progressive");
});
