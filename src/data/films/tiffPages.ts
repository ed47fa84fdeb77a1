// The list of a TIFF's image file directories, walked before a reader follows it: it may run in a circle. It reads none of their tags.
import { Unreadable } from "./film";

/** A page, its mask and the smaller copies of both are far fewer. */
const MOST_DIRECTORIES = 64;

/** @throws Unreadable where the list does not come to its end (TIFF 6.0, section 2; BigTIFF alike, in 64 bits) */
export function checkDirectories(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const little = bytes[0] === 0x49;
  const big = bytes.length >= 4 && view.getUint16(2, little) === 43;
  const [countBytes, entryBytes, offsetBytes] = big ? [8, 20, 8] : [2, 12, 4];
  const read = (at: number, size: number): number => {
    if (at + size > bytes.length) throw new Unreadable("The TIFF file is cut short");
    if (size === 8) return Number(view.getBigUint64(at, little));
    return size === 4 ? view.getUint32(at, little) : view.getUint16(at, little);
  };
  const seen = new Set<number>();
  for (let at = read(big ? 8 : 4, offsetBytes); at !== 0; ) {
    if (seen.has(at)) throw new Unreadable("The TIFF file is damaged: its list of pages leads back into itself");
    if (seen.size === MOST_DIRECTORIES)
      throw new Unreadable(`It is a TIFF of more than ${MOST_DIRECTORIES} images, and a film is one`);
    seen.add(at);
    at = read(at + countBytes + read(at, countBytes) * entryBytes, offsetBytes);
  }
}
