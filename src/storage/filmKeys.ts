// Films by the beginning of their files' SHA-256, patients by that of their names: packed, and where a store holds films now. Reads no film.
import { FILM_KEY_BYTES } from "../protocol/dataset";

const HEX_DIGITS = 2 * FILM_KEY_BYTES;

/** @param hashes SHA-256 in hex. @returns [hashes, FILM_KEY_BYTES] */
export function packKeys(hashes: string[]): Uint8Array {
  const keys = new Uint8Array(hashes.length * FILM_KEY_BYTES);
  hashes.forEach((hash, at) => {
    for (let byte = 0; byte < FILM_KEY_BYTES; byte++) {
      keys[at * FILM_KEY_BYTES + byte] = Number.parseInt(hash.slice(2 * byte, 2 * byte + 2), 16);
    }
  });
  return keys;
}

/** The beginning of each SHA-256, in hex; none where no keys were kept. */
export function unpackKeys(keys: Uint8Array = new Uint8Array()): string[] {
  return Array.from({ length: keys.length / FILM_KEY_BYTES }, (_, at) => {
    const key = keys.subarray(at * FILM_KEY_BYTES, (at + 1) * FILM_KEY_BYTES);
    return Array.from(key, (byte) => byte.toString(16).padStart(2, "0")).join("");
  });
}

/** @param held SHA-256 in hex of the film in each slot. @returns the slots of packed films; null for those that are not held */
export function findSlots(keys: Uint8Array, held: string[]): (number | null)[] {
  const slots = new Map(held.map((film, slot) => [film.slice(0, HEX_DIGITS), slot]));
  return unpackKeys(keys).map((key) => slots.get(key) ?? null);
}
