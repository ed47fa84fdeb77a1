// The checksum of ZIP and PNG files (ISO 3309), piece by piece. It tells damage, not intent.

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

export class Crc32 {
  #state = 0xffffffff;

  add(bytes: Uint8Array): void {
    let state = this.#state;
    for (let at = 0; at < bytes.length; at++) state = TABLE[(state ^ bytes[at]!) & 255]! ^ (state >>> 8);
    this.#state = state;
  }

  /** Of all that was added, from 0 to 2^32 - 1. */
  get value(): number {
    return (this.#state ^ 0xffffffff) >>> 0;
  }
}
