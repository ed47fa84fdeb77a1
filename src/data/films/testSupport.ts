// What the tests of this folder share. Not for the lab itself.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { GreyImage } from "./resize";

/** The generator of golden/resize.py: noise with runs of black and white. */
export function madeImage(width: number, height: number, seed: number): GreyImage {
  const data = new Uint8Array(width * height);
  let state = seed;
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const value = state >>> 24;
    data[i] = value < 40 ? 0 : value > 215 ? 255 : value;
  }
  return { width, height, data };
}

/** The largest difference of two films' bytes; NaN where their lengths differ. */
export function furthestApart(got: Uint8Array, base64: string): number {
  const want = Buffer.from(base64, "base64");
  if (want.length !== got.length) return Number.NaN;
  return got.reduce((most, byte, at) => Math.max(most, Math.abs(byte - (want[at] ?? 0))), 0);
}

/** For `beforeAll`: the codecs of DICOM films, fetched in Node from where a page's server would read them. */
export function serveCodecs(): void {
  globalThis.fetch = async (url) => new Response(readFileSync(join(process.cwd(), String(url))));
}
