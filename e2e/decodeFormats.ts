// Decodes a film wherever createImageBitmap is: formats.spec.ts runs it in a browser. Asserts nothing itself.
import { decodeFilm } from "../src/data/films/decodeFilm";
import { shrinkFilm } from "../src/data/films/shrinkFilm";
import { LabError } from "../src/protocol/labError";

/** The film as it would be prepared at a size, or why it cannot be. */
export async function decodeAt(name: string, base64: string, [width = 0, height = 0]: number[]) {
  const file = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  try {
    const film = await decodeFilm(file, name);
    return { bytes: [...shrinkFilm(film, width, height)], facts: film.facts, grading: film.grading?.from ?? null };
  } catch (error) {
    if (error instanceof LabError) return { refused: error.message, code: error.code };
    throw error;
  }
}
