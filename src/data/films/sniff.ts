// What a file is by its first bytes; its extension may say otherwise. It does not look at whether the rest is sound: see `isWhole.ts`.

export type FilmFormat = "JPEG" | "PNG" | "GIF" | "BMP" | "WebP" | "AVIF" | "TIFF" | "DICOM";

const textOf = (bytes: Uint8Array, from: number, to: number) => String.fromCharCode(...bytes.subarray(from, to));

export function sniffFormat(bytes: Uint8Array): FilmFormat | null {
  const text = (from: number, to: number) => textOf(bytes, from, to);
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return "JPEG";
  if (text(0, 8) === "\x89PNG\r\n\x1a\n") return "PNG";
  if (text(0, 4) === "GIF8") return "GIF";
  // Before TIFF and BMP: DICOM's first 128 bytes may hold anything.
  if (text(128, 132) === "DICM" || startsLikeDicom(bytes)) return "DICOM";
  if (text(0, 2) === "BM") return "BMP";
  if (text(0, 4) === "RIFF" && text(8, 12) === "WEBP") return "WebP";
  if (["ftypavif", "ftypavis", "ftypmif1"].includes(text(4, 12))) return "AVIF";
  if (["II*\0", "MM\0*", "II+\0", "MM\0+"].includes(text(0, 4))) return "TIFF";
  return null;
}

/** A DICOM file without its preamble: it begins with an element of group 2 (file meta) or 8 (identification). */
function startsLikeDicom(bytes: Uint8Array): boolean {
  if (bytes.length < 16) return false;
  const bigEndian = bytes[0] === 0;
  const [group, element] = bigEndian ? [bytes[1], bytes[3]] : [bytes[0], bytes[2]];
  if ((group !== 2 && group !== 8) || bytes[bigEndian ? 0 : 1] !== 0 || bytes[bigEndian ? 2 : 3] !== 0) return false;
  const isVr = /^[A-Z]{2}$/.test(textOf(bytes, 4, 6));
  // Implicit VR: a length of 32 bits, short for what these groups begin with.
  return (element ?? 0xff) <= 0x18 && (isVr || (!bigEndian && (bytes[4] ?? 0) <= 64 && !bytes[5] && !bytes[6] && !bytes[7]));
}

/** What often lies in a film's place, in words. */
export function describeStranger(bytes: Uint8Array): string {
  const start = textOf(bytes, 0, 64);
  if (start.startsWith("\0\x05\x16\x07")) return "It is a companion file of macOS (AppleDouble), not a film";
  if (start.startsWith("version https://git-lfs"))
    return "It only points to a film kept elsewhere (Git LFS); fetch the film itself";
  if (/^\s*<(!doctype|html|\?xml)/i.test(start)) return "It is a web page or XML, not a film; download the film again";
  return "It is not an image";
}
