import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { decodeFilm } from "../decodeFilm";
import { shrinkFilm } from "../shrinkFilm";
import { furthestApart, serveCodecs } from "../testSupport";
import { readDicomFacts } from "./dicom";
import golden from "./golden/dicom.json";

const FOLDER = join(import.meta.dirname, "golden");
const read = (name: string) => Uint8Array.from(readFileSync(join(FOLDER, `${name}.dcm`)));

beforeAll(serveCodecs);

test.each(Object.entries(golden.films))("%s shows what pydicom shows, to a grey level", async (name, base64) => {
  const film = await decodeFilm(read(name), name);
  expect([film.width, film.height]).toEqual([golden.width, golden.height]);
  expect(furthestApart(shrinkFilm(film, golden.width, golden.height), base64)).toBeLessThanOrEqual(1);
});

test.each(Object.entries(golden.refused))("%s is set aside, saying: %s", async (name, reason) => {
  await expect(decodeFilm(read(name), `${name}.dcm`)).rejects.toMatchObject({
    code: "filmUnreadable",
    at: `${name}.dcm`,
    message: expect.stringContaining(reason),
  });
});

test.each(["explicit", "implicit", "bigEndian", "deflated", "noPreamble", "noMetaImplicit"])(
  "%s: the head of a file is enough for its facts",
  async (name) => {
    const facts = { study: "1.2.826.0.1.3680043.8.498.1", patient: "made", view: "PA", sex: "Female", age: 60 };
    const file = read(name);
    expect((await decodeFilm(file, name)).facts).toEqual(facts);
    expect(readDicomFacts(file.subarray(0, file.length - 1000))).toEqual(facts);
  },
);

test("a file that is no DICOM has no facts", () => {
  expect(readDicomFacts(Uint8Array.of(0xff, 0xd8, 0xff, 0xe0))).toBeNull();
});
