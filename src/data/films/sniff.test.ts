import { expect, test } from "vitest";
import { decodeFilm } from "./decodeFilm";
import { sniffFormat } from "./sniff";

const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

test.each([
  ["JPEG", "\xff\xd8\xff\xe0"],
  ["PNG", "\x89PNG\r\n\x1a\n...."],
  ["GIF", "GIF89a"],
  ["BMP", "BM...."],
  ["WebP", "RIFF....WEBPVP8 "],
  ["AVIF", "\0\0\0\x1cftypavif"],
  ["TIFF", "II*\0...."],
  ["TIFF", "MM\0*...."],
  ["DICOM", `${"\0".repeat(128)}DICM`],
  ["DICOM", `II*\0${"\0".repeat(124)}DICM`],
  ["DICOM, meta without preamble", "\x02\0\0\0UL\x04\0\xc0\0\0\0\x02\0\x01\0"],
  ["DICOM, explicit without meta", "\x08\0\x05\0CS\x0a\0ISO_IR 100"],
  ["DICOM, implicit without meta", "\x08\0\x05\0\x0a\0\0\0ISO_IR 100"],
  ["DICOM, big endian without meta", "\0\x08\0\x05CS\0\x0aISO_IR 100"],
  [null, "\0\x05\x16\x07 AppleDouble     "],
  [null, "\x08\0\x05\0 no length     "],
  [null, ""],
])("%s by its first bytes", (kind, text) => expect(sniffFormat(bytes(text))).toBe(kind?.replace(/,.*/, "") ?? null));

test.each([
  ["", "The file is empty."],
  ["hello", "It is not an image."],
  ["\0\x05\x16\x07\0\x02", "It is a companion file of macOS (AppleDouble), not a film."],
  [
    "version https://git-lfs.github.com/spec/v1\noid",
    "It only points to a film kept elsewhere (Git LFS); fetch the film itself.",
  ],
  ["\n<html>", "It is a web page or XML, not a film; download the film again."],
  ["\xff\xd8 data", "The JPEG file is cut short."],
  ["\xff\xd8\xff\xe0\0\x04", "The JPEG file is cut short."],
])("%j is refused with its reason", async (text, message) => {
  await expect(decodeFilm(bytes(text), "a.jpg")).rejects.toMatchObject({ code: "filmUnreadable", message, at: "a.jpg" });
});
