// One film's file to pixels: prepared as the settings say, or small for the wall. In a film worker; reads and stores nothing.
import { LabError } from "../../protocol/labError";
import type { PreparationSettings } from "../../protocol/settings";
import { decodeFilm } from "./decodeFilm";
import { Unreadable } from "./film";
import { decodeJpegResized } from "./jpeg";
import type { GreyImage } from "./resize";
import { type GradedBy, shapeFilm } from "./shapeFilm";
import { shrinkFilm } from "./shrinkFilm";

/** Into `out`, [imageSize, imageSize] bytes. @throws LabError filmUnreadable; internal where a decoder cannot be loaded */
export function prepareFilm(
  file: Uint8Array<ArrayBuffer>,
  path: string,
  preparation: PreparationSettings,
  out: Uint8Array,
): Promise<GradedBy> {
  const { imageSize, fit, cropBorders, equalise } = preparation;
  return blameFilm(path, async () => {
    // What most films are, and what is mostly asked for; the general way would give the same bytes, with two copies more.
    const isPlain = fit === "stretch" && !cropBorders && !equalise;
    if (isPlain && decodeJpegResized(file, imageSize, imageSize, out)) return "bytes";
    const { pixels, grading } = shapeFilm(await decodeFilm(file, path), preparation);
    out.set(pixels);
    return grading;
  });
}

/** The longer side `side` pixels at most; never enlarged. @throws LabError filmUnreadable; internal where a decoder cannot be loaded */
export function prepareThumbnail(file: Uint8Array<ArrayBuffer>, path: string, side: number): Promise<GreyImage> {
  return blameFilm(path, async () => {
    const film = await decodeFilm(file, path);
    const scale = Math.min(1, side / Math.max(film.width, film.height));
    const width = Math.max(1, Math.round(film.width * scale));
    const height = Math.max(1, Math.round(film.height * scale));
    return { width, height, data: shrinkFilm(film, width, height) };
  });
}

/** Whatever is thrown over one film is that film's, such as memory that does not suffice: it must not cost the others. */
async function blameFilm<T>(path: string, use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } catch (error) {
    if (error instanceof LabError) throw error;
    const thrown = error instanceof Error ? error.message : String(error);
    const reason = error instanceof Unreadable ? thrown : `The film cannot be prepared (${thrown})`;
    throw new LabError("filmUnreadable", `${reason}.`, path);
  }
}
