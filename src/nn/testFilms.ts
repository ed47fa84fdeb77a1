// Batches of drawn noise, for tests of engines. No film of it shows anything.
import type { Batch } from "./engine";
import { createRandom } from "./random";

/** The same each time; every other film is positive. */
export function makeFilms(count: number, size = 64): Batch {
  const random = createRandom(1, "drawn");
  return {
    count,
    images: { kind: "films", data: Uint8Array.from({ length: count * size * size }, () => random.int(256)), size },
    targets: Float32Array.from({ length: count }, (_, film) => film % 2),
  };
}
