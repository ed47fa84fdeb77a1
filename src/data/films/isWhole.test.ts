import { expect, test } from "vitest";
import { isWhole } from "./isWhole";
import type { FilmFormat } from "./sniff";

const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

/** A JPEG as far as its scan, with a thumbnail's end in its application segment. */
const JPEG = "\xff\xd8\xff\xe1\0\x06\xff\xd9..\xff\xc0\0\x0b\x08\0\x10\0\x10\x01\x01\x11\0\xff\xda\0\x08\x01\x01\0\0\x3f\0 data ";
const PNG = "\x89PNG\r\n\x1a\n\0\0\0\x04IDATIEND1234";
const AVIF = "\0\0\0\x10ftypavif\0\0\0\0\0\0\0\x0emdat123456";

test.each<[string, FilmFormat, string, boolean]>([
  ["a JPEG", "JPEG", `${JPEG}\xff\xd9`, true],
  ["a JPEG with something appended", "JPEG", `${JPEG}\xff\xd9 appended \xd9`, true],
  ["a JPEG without its end, though its thumbnail has one", "JPEG", `${JPEG} \xd9`, false],
  ["a PNG", "PNG", `${PNG}\0\0\0\0IEND\xae\x42\x60\x82`, true],
  ["a PNG whose pixels spell its end", "PNG", PNG, false],
  ["a WebP", "WebP", "RIFF\x08\0\0\0WEBP1234", true],
  ["a WebP that is shorter than it says", "WebP", "RIFF\x09\0\0\0WEBP1234", false],
  ["a BMP that is shorter than it says", "BMP", "BM\x09\0\0\0..", false],
  ["a GIF", "GIF", "GIF89a data ;\0", true],
  ["a GIF without its end", "GIF", "GIF89a ; data", false],
  ["an AVIF", "AVIF", AVIF, true],
  ["an AVIF without its last byte", "AVIF", AVIF.slice(0, -1), false],
])("%s", (_, format, text, whole) => expect(isWhole(bytes(text), format)).toBe(whole));
