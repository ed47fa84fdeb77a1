// Films by the beginning of their files' SHA-256, packed, and where a store holds them now. Reads no film.
import { FILM_KEY_BYTES } from "../protocol/dataset";

const HEX_DIGITS = 2 * FILM_KEY_BYTES;

/** @param films SHA-256 in hex. @returns [films, FILM_KEY_BYTES] */
export function packFilmKeys(films: string[]): Uint8Array {
  const keys = new Uint8Array(films.length * FILM_KEY_BYTES);
  films.forEach((film, at) => {
    for (let byte = 0; byte < FILM_KEY_BYTES; byte++) {
      keys[at * FILM_KEY_BYTES + byte] = Number.parseInt(film.slice(2 * byte, 2 * byte + 2), 16);
    }
  });
  return keys;
}

/** @param held SHA-256 in hex of the film in each slot. @returns the slots of packed films; null for those that are not held */
export function findSlots(keys: Uint8Array, held: string[]): (number | null)[] {
  const slots = new Map(held.map((film, slot) => [film.slice(0, HEX_DIGITS), slot]));
  return Array.from({ length: keys.length / FILM_KEY_BYTES }, (_, at) => {
    const key = keys.subarray(at * FILM_KEY_BYTES, (at + 1) * FILM_KEY_BYTES);
    return slots.get(Array.from(key, (byte) => byte.toString(16).padStart(2, "0")).join("")) ?? null;
  });
}
