import { expect, test } from "vitest";
import { decodeBitmap, isWhole, sniff, toGrey } from "./decode";

const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

test.each([
  ["JPEG", "\xff\xd8\xff\xe0"],
  ["PNG", "\x89PNG\r\n\x1a\n...."],
  ["BMP", "BM...."],
  ["WebP", "RIFF....WEBPVP8 "],
  ["TIFF", "II*\0...."],
  ["TIFF", "MM\0*...."],
  ["DICOM", `${"\0".repeat(128)}DICM`],
  [null, "\0\x05\x16\x07 AppleDouble"],
  [null, ""],
])("%s by its first bytes", (kind, text) => expect(sniff(bytes(text))).toBe(kind));

test("a JPEG or PNG without its end is not whole; what follows the end does no harm", () => {
  expect(isWhole(bytes("\xff\xd8 data \xff\xd9"), "JPEG")).toBe(true);
  expect(isWhole(bytes("\xff\xd8 data \xff\xd9 appended \xd9"), "JPEG")).toBe(true);
  expect(isWhole(bytes("\xff\xd8 data \xd9"), "JPEG")).toBe(false);
  expect(isWhole(bytes("\x89PNG\r\n\x1a\n data \0\0\0\0IEND\xae\x42\x60\x82"), "PNG")).toBe(true);
  expect(isWhole(bytes("\x89PNG\r\n\x1a\n data "), "PNG")).toBe(false);
});

test.each([
  ["", "The file is empty."],
  ["II*\0....", "It is a TIFF file, which is not supported yet; convert it to PNG or JPEG."],
  ["hello", "It is not an image."],
  ["\xff\xd8 data", "The JPEG file is cut short."],
])("%j is refused with its reason", async (text, message) => {
  await expect(decodeBitmap(new Blob([bytes(text)]), "a.jpg")).rejects.toMatchObject({
    code: "filmUnreadable",
    message,
    at: "a.jpg",
  });
});

test("luma as Pillow's convert('L') gives it", () => {
  const data = Uint8ClampedArray.of(255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 9, 10, 20, 30, 255, 77, 77, 77, 255);
  expect([...toGrey({ width: 5, height: 1, data }).data]).toEqual([76, 150, 29, 18, 77]);
});
