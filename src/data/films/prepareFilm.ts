// One film's file to prepared pixels: decoded, made bytes, resized to a square. In a film worker; reads and stores nothing.
import { LabError } from "../../protocol/labError";
import { decodeFilm } from "./decodeFilm";
import { Unreadable } from "./film";
import { decodeJpegResized } from "./jpeg";
import { shrinkFilm } from "./shrinkFilm";

/** Into `out`, [size, size] bytes. @throws LabError filmUnreadable */
export async function prepareFilm(file: Uint8Array<ArrayBuffer>, path: string, size: number, out: Uint8Array): Promise<void> {
  try {
    // What most films are; the general way would give the same bytes, with two copies more.
    if (decodeJpegResized(file, size, size, out)) return;
  } catch (error) {
    throw error instanceof Unreadable ? new LabError("filmUnreadable", `${error.message}.`, path) : error;
  }
  out.set(shrinkFilm(await decodeFilm(file, path), size, size));
}
