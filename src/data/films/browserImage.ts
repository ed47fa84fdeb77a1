// Decodes what the browser itself can decode, to grey bytes, in a worker or a page. It keeps no more than 8 bits a sample.
import { Unreadable } from "./film";
import { toGrey } from "./luma";
import type { GreyImage } from "./resize";

const BITMAP_OPTIONS: ImageBitmapOptions = {
  imageOrientation: "from-image",
  colorSpaceConversion: "none",
  premultiplyAlpha: "none",
};

/** The film as it is meant to be seen: turned as its EXIF says, its samples not colour-managed. @throws Unreadable */
export async function decodeInBrowser(bytes: Uint8Array<ArrayBuffer>, format: string): Promise<GreyImage> {
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(new Blob([bytes]), BITMAP_OPTIONS);
  } catch {
    throw new Unreadable(`The ${format} file is damaged`);
  }
  try {
    const { width, height, data } = readPixels(bitmap);
    return { width, height, data: toGrey(data, 4) };
  } finally {
    bitmap.close();
  }
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
