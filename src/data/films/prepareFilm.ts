// One film's file to prepared pixels: decoded, and shaped as the settings say. In a film worker; reads and stores nothing.
import { LabError } from "../../protocol/labError";
import type { PreparationSettings } from "../../protocol/settings";
import { decodeFilm } from "./decodeFilm";
import { Unreadable } from "./film";
import { decodeJpegResized } from "./jpeg";
import { type GradedBy, shapeFilm } from "./shapeFilm";

/** Into `out`, [imageSize, imageSize] bytes. @throws LabError filmUnreadable */
export async function prepareFilm(
  file: Uint8Array<ArrayBuffer>,
  path: string,
  preparation: PreparationSettings,
  out: Uint8Array,
): Promise<GradedBy> {
  const { imageSize, fit, cropBorders, equalise } = preparation;
  try {
    // What most films are, and what is mostly asked for; the general way would give the same bytes, with two copies more.
    const isPlain = fit === "stretch" && !cropBorders && !equalise;
    if (isPlain && decodeJpegResized(file, imageSize, imageSize, out)) return "bytes";
  } catch (error) {
    throw error instanceof Unreadable ? new LabError("filmUnreadable", `${error.message}.`, path) : error;
  }
  const { pixels, grading } = shapeFilm(await decodeFilm(file, path), preparation);
  out.set(pixels);
  return grading;
}
