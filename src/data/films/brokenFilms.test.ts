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

/** Of a TIFF of 16 x 16 grey bytes in one strip, at 16. */
const TAGS = { 256: 16, 257: 16, 258: 8, 259: 1, 262: 1, 273: 16, 277: 1, 278: 16, 279: 256 };
const { 273: _, 279: __, ...UNPLACED } = TAGS;

/** A TIFF whose directories, all alike, each lead to the one of `next`, or to none where that is negative. */
function makeTiff(next: number[], tags: Record<number, number> = TAGS, big = false): Uint8Array<ArrayBuffer> {
  const entries = Object.entries(tags);
  const [countBytes, entryBytes, offsetBytes] = big ? [8, 20, 8] : [2, 12, 4];
  const directoryBytes = countBytes + entries.length * entryBytes + offsetBytes;
  const placeOf = (directory: number) => 16 + 256 + directory * directoryBytes;
  const view = new DataView(new ArrayBuffer(placeOf(next.length)));
  const write = (at: number, value: number, bytes: number) => {
    if (bytes === 8) view.setBigUint64(at, BigInt(value), true);
    else if (bytes === 4) view.setUint32(at, value, true);
    else view.setUint16(at, value, true);
  };
  write(0, 0x4949, 2);
  write(2, big ? 43 : 42, 2);
  if (big) write(4, 8, 2);
  write(big ? 8 : 4, placeOf(0), offsetBytes);
  for (const [directory, following] of next.entries()) {
    let at = placeOf(directory);
    write(at, entries.length, countBytes);
    at += countBytes;
    for (const [tag, value] of entries) {
      write(at, Number(tag), 2);
      write(at + 2, 4, 2);
      write(at + 4, 1, offsetBytes);
      write(at + 4 + offsetBytes, value, offsetBytes);
      at += entryBytes;
    }
    write(at, following < 0 ? 0 : placeOf(following), offsetBytes);
  }
  return new Uint8Array(view.buffer);
}

/** An explicit little-endian DICOM file that is one sequence within another, `depth` of them, none of which ends. */
function nestSequences(depth: number): Uint8Array<ArrayBuffer> {
  const sequence = [0x08, 0, 0x40, 0x11, 0x53, 0x51, 0, 0, 0xff, 0xff, 0xff, 0xff];
  const item = [0xfe, 0xff, 0x00, 0xe0, 0xff, 0xff, 0xff, 0xff];
  const head = [...new Uint8Array(128), ...new TextEncoder().encode("DICM")];
  return Uint8Array.from([...head, ...Array.from({ length: depth }, () => [...sequence, ...item]).flat()]);
}

/** A golden film whose JPEG frame claims to be 65,535 pixels high. */
function claimHeight(name: string, frame: number): Uint8Array<ArrayBuffer> {
  const { bytes } = files.find((file) => file.name === name) ?? { bytes: new Uint8Array() };
  const at = bytes.findIndex((byte, place) => byte === 0xff && bytes[place + 1] === frame);
  const claiming = bytes.slice();
  claiming.set([0xff, 0xff], at + 5);
  return claiming;
}

const text = (string: string) => Uint8Array.from(string, (character) => character.charCodeAt(0));

test("a TIFF as the next ones are, but sound, is a film", async () => {
  for (const big of [false, true]) {
    expect(await decodeFilm(makeTiff([-1], TAGS, big), "sound.tif")).toMatchObject({ width: 16, height: 16 });
  }
});

test.each<[string, Uint8Array<ArrayBuffer>, string]>([
  ["a TIFF whose page is its own next page", makeTiff([0]), "leads back into itself"],
  ["a BigTIFF whose page is its own next page", makeTiff([0], TAGS, true), "leads back into itself"],
  ["a TIFF whose third page leads to its second", makeTiff([1, 2, 1]), "leads back into itself"],
  ["a TIFF of pages without number", makeTiff(Array.from({ length: 999 }, (_, page) => page + 1).with(-1, -1)), "more than 64"],
  ["a TIFF whose next page is beyond its end", makeTiff([9]), "cut short"],
  ["a TIFF in pieces of no height", makeTiff([-1], { ...UNPLACED, 322: 16, 323: 0, 324: 16, 325: 256 }), "fewer pieces"],
  ["a TIFF in as many pieces as pixels", makeTiff([-1], { ...TAGS, 256: 8000, 257: 8000, 278: 1 }), "fewer pieces"],
  ["a TIFF whose JPEG claims more than its strip", claimHeight("jpeg.tif", 0xc0), "more than its place"],
  ["a DICOM file whose JPEG claims more than its frame", claimHeight("jpegLossless16.dcm", 0xc3), "its frame has"],
  ["an AVIF with a box of no length", text("\0\0\0\x10ftypavif\0\0\0\0\0\0\0\x01mdat\0\0\0\0\0\0\0\0"), "damaged"],
  ["a JPEG with segments of no length", text(`\xff\xd8${"\xff\xe1\0\0".repeat(99)}`), "cut short"],
  [
    "a PNG whose chunk's length leads far beyond it",
    text(`\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR${"\0\0\0\x10".repeat(2)}\x10\0\0\0\0....\xff\xff\xff\xf4abcd`),
    "cut short",
  ],
  ["a DICOM file of a sequence within a sequence, and so on", nestSequences(100_000), "cut short"],
])("%s is set aside at once", async (name, file, reason) => {
  await expect(decodeFilm(file, name)).rejects.toMatchObject({
    code: "filmUnreadable",
    message: expect.stringContaining(reason),
  });
});
