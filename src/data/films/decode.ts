// Decodes a film to grey bytes with the browser's own decoders, in a worker. It does not resize, and it reads no DICOM.
import { LabError } from "../../protocol/labError";
import type { GreyImage } from "./resize";

const BITMAP_OPTIONS: ImageBitmapOptions = {
  imageOrientation: "from-image",
  colorSpaceConversion: "none",
  premultiplyAlpha: "none",
};

/**
 * The film as it is meant to be seen: turned as its EXIF says, its samples not colour-managed. Close it after use.
 * @throws LabError filmUnreadable with the reason
 */
export async function decodeBitmap(film: Blob, path: string): Promise<ImageBitmap> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = new Uint8Array(await film.arrayBuffer());
  } catch (error) {
    throw unreadable(path, `The file cannot be read (${error instanceof Error ? error.message : String(error)})`);
  }
  const kind = sniff(bytes);
  if (bytes.length === 0) throw unreadable(path, "The file is empty");
  if (kind === "DICOM" || kind === "TIFF")
    throw unreadable(path, `It is a ${kind} file, which is not supported yet; convert it to PNG or JPEG`);
  if (kind === null) throw unreadable(path, "It is not an image");
  if (!isWhole(bytes, kind)) throw unreadable(path, `The ${kind} file is cut short`);
  try {
    return await createImageBitmap(new Blob([bytes]), BITMAP_OPTIONS);
  } catch {
    throw unreadable(path, `The ${kind} file is damaged`);
  }
}

/** @throws LabError filmUnreadable */
export async function decodeGrey(film: Blob, path: string): Promise<GreyImage> {
  const bitmap = await decodeBitmap(film, path);
  try {
    return toGrey(readPixels(bitmap));
  } finally {
    bitmap.close();
  }
}

/** Pillow's `convert("L")`: ITU-R 601-2 luma in 16-bit fixed point (src/libImaging/Convert.c, L24). Alpha is passed over, as there. */
export function toGrey({ width, height, data }: { width: number; height: number; data: Uint8ClampedArray }): GreyImage {
  const grey = new Uint8Array(width * height);
  for (let i = 0, from = 0; i < grey.length; i++, from += 4) {
    grey[i] = (data[from]! * 19595 + data[from + 1]! * 38470 + data[from + 2]! * 7471 + 0x8000) >> 16;
  }
  return { width, height, data: grey };
}

let canvas: OffscreenCanvas | null = null;

function readPixels(bitmap: ImageBitmap): ImageData {
  canvas ??= new OffscreenCanvas(bitmap.width, bitmap.height);
  if (canvas.width !== bitmap.width || canvas.height !== bitmap.height) {
    canvas.width = bitmap.width;
    canvas.height = bitmap.height;
  }
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("no 2d context in this worker");
  // Else a film with transparency would show the one before it.
  context.globalCompositeOperation = "copy";
  context.drawImage(bitmap, 0, 0);
  return context.getImageData(0, 0, bitmap.width, bitmap.height);
}

type ImageKind = "JPEG" | "PNG" | "GIF" | "BMP" | "WebP" | "AVIF" | "TIFF" | "DICOM";

/** What a file is by its first bytes; its extension may say otherwise. */
export function sniff(bytes: Uint8Array): ImageKind | null {
  const text = (from: number, to: number) => String.fromCharCode(...bytes.subarray(from, to));
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return "JPEG";
  if (text(0, 8) === "\x89PNG\r\n\x1a\n") return "PNG";
  if (text(0, 4) === "GIF8") return "GIF";
  if (text(0, 2) === "BM") return "BMP";
  if (text(0, 4) === "RIFF" && text(8, 12) === "WEBP") return "WebP";
  if (text(4, 8) === "ftyp") return "AVIF";
  if (text(0, 4) === "II*\0" || text(0, 4) === "MM\0*") return "TIFF";
  if (text(128, 132) === "DICM") return "DICOM";
  return null;
}

/** False where a file lacks its end: browsers paint the missing part grey, and a network would learn from it. */
export function isWhole(bytes: Uint8Array, kind: ImageKind): boolean {
  if (kind === "JPEG") {
    // Entropy-coded data holds no FF D9, so the search ends at once in a whole file.
    for (let at = bytes.lastIndexOf(0xd9); at > 0; at = bytes.lastIndexOf(0xd9, at - 1)) if (bytes[at - 1] === 0xff) return true;
    return false;
  }
  if (kind === "PNG") {
    for (let at = bytes.length - 8; at > 0; at--) {
      if (bytes[at] === 0x49 && bytes[at + 1] === 0x45 && bytes[at + 2] === 0x4e && bytes[at + 3] === 0x44) return true;
    }
    return false;
  }
  return true;
}

function unreadable(path: string, reason: string): LabError {
  return new LabError("filmUnreadable", `${reason}.`, path);
}
