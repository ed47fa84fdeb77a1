import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { decodeFilm } from "../decodeFilm";
import { shrinkFilm } from "../shrinkFilm";
import { furthestApart, serveCodecs } from "../testSupport";
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
