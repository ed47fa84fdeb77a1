import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { DEFAULT_SETTINGS, preparationOf } from "../../protocol/settings";

const read = (name: string) => Uint8Array.from(readFileSync(join(import.meta.dirname, "golden/formats", name)));
const preparation = preparationOf({ ...DEFAULT_SETTINGS, imageSize: 16 });

afterEach(() => {
  vi.resetModules();
  vi.doUnmock("./shapeFilm");
  vi.doUnmock("./resize");
  vi.doUnmock("./tiff");
});

const outOfMemory = () => {
  throw new RangeError("Array buffer allocation failed");
};

test.each([
  ["restarts.jpg", "./resize", "resizeLaid"],
  ["grey16.tif", "./shapeFilm", "shapeFilm"],
])("memory that does not suffice for %s is that film's failure", async (name, module, broken) => {
  vi.doMock(module, async (original) => ({ ...(await original<object>()), [broken]: outOfMemory }));
  const { prepareFilm } = await import("./prepareFilm");
  await expect(prepareFilm(read(name), name, preparation, new Uint8Array(256))).rejects.toMatchObject({
    code: "filmUnreadable",
    message: "The film cannot be prepared (Array buffer allocation failed).",
    at: name,
  });
});

test("a decoder that cannot be loaded is no film's failure", async () => {
  vi.doMock("./tiff", () => {
    throw new TypeError("Failed to fetch");
  });
  const { prepareFilm, prepareThumbnail } = await import("./prepareFilm");
  const film = read("grey16.tif");
  const failure = { code: "internal", message: expect.stringContaining("cannot be loaded") };
  await expect(prepareFilm(film, "a.tif", preparation, new Uint8Array(256))).rejects.toMatchObject(failure);
  await expect(prepareThumbnail(film, "a.tif", 8)).rejects.toMatchObject(failure);
});
