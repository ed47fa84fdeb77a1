// Broken films: whatever is done to a file, it gives a film or is set aside with a reason. Films that only a browser decodes are not among them.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { LabError } from "../../protocol/labError";
import { decodeFilm } from "./decodeFilm";
import { shrinkFilm } from "./shrinkFilm";
import { serveCodecs } from "./testSupport";

beforeAll(serveCodecs);

const RUNS = Number(process.env.BROKEN_FILMS ?? 600);

const files = ["golden/formats", "dicom/golden"].flatMap((folder) =>
  readdirSync(join(import.meta.dirname, folder))
    .filter((name) => !/\.(py|json|bmp|gif|webp|avif)$/.test(name))
    .map((name) => ({ name, bytes: Uint8Array.from(readFileSync(join(import.meta.dirname, folder, name))) })),
);

/** Where, as a part of the file, so that a change may fall anywhere in files of any length. */
const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const change = fc.oneof(
  fc.record({ kind: fc.constant("cut" as const), at: place }),
  fc.record({ kind: fc.constant("set" as const), at: place, byte: fc.nat(255), count: fc.integer({ min: 1, max: 8 }) }),
  fc.record({ kind: fc.constant("remove" as const), at: place, count: fc.integer({ min: 1, max: 64 }) }),
  fc.record({ kind: fc.constant("repeat" as const), at: place, count: fc.integer({ min: 1, max: 64 }) }),
);
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

function applyChange(bytes: Uint8Array<ArrayBuffer>, made: Change): Uint8Array<ArrayBuffer> {
  const at = Math.floor(made.at * bytes.length);
  const join = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));
  switch (made.kind) {
    case "cut":
      return bytes.slice(0, at);
    case "set":
      return bytes.slice().fill(made.byte, at, at + made.count);
    case "remove":
      return join(bytes.subarray(0, at), bytes.subarray(at + made.count));
    case "repeat":
      return join(bytes.subarray(0, at + made.count), bytes.subarray(at));
  }
}

test("a film however broken gives a film or a reason", async () => {
  const broken = fc.tuple(fc.constantFrom(...files), fc.array(change, { minLength: 1, maxLength: 4 }));
  await fc.assert(
    fc.asyncProperty(broken, async ([{ name, bytes }, changes]) => {
      const file = changes.reduce(applyChange, bytes);
      try {
        const film = await decodeFilm(file, name);
        expect(film.data.length).toBe(film.width * film.height);
        expect(shrinkFilm(film, 8, 8).length).toBe(64);
      } catch (error) {
        if (!(error instanceof LabError)) throw error;
        expect(error.code).toBe("filmUnreadable");
        expect(error.message.length).toBeGreaterThan(15);
      }
    }),
    { numRuns: RUNS },
  );
});

test("a film cut short anywhere is set aside", async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...files), place, async ({ name, bytes }, at) => {
      const file = bytes.slice(0, Math.floor(at * bytes.length));
      await expect(decodeFilm(file, name)).rejects.toMatchObject({ code: "filmUnreadable" });
    }),
    { numRuns: RUNS },
  );
});
