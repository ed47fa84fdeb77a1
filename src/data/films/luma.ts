// Colour to grey as Pillow's `convert("L")` does it. Alpha is passed over, as there.

/**
 * ITU-R 601-2 luma in 16-bit fixed point (Pillow's src/libImaging/Convert.c, L24) of interleaved samples: grey, grey and alpha, RGB or RGBA.
 * The result is as wide as the samples; grey alone is returned as it is.
 */
export function toGrey(data: Uint8Array | Uint8ClampedArray, channels: number): Uint8Array;
export function toGrey(data: Uint8Array | Uint8ClampedArray | Uint16Array, channels: number): Uint8Array | Uint16Array;
export function toGrey(data: Uint8Array | Uint8ClampedArray | Uint16Array, channels: number): Uint8Array | Uint16Array {
  const pixels = Math.floor(data.length / channels);
  if (channels === 1) return data instanceof Uint16Array ? data : new Uint8Array(data.buffer, data.byteOffset, pixels);
  const grey = data instanceof Uint16Array ? new Uint16Array(pixels) : new Uint8Array(pixels);
  if (channels === 2) {
    for (let i = 0; i < pixels; i++) grey[i] = data[i * 2]!;
    return grey;
  }
  for (let i = 0, from = 0; i < pixels; i++, from += channels) {
    // Unsigned: the sum of 16-bit samples fills all 32 bits.
    grey[i] = (data[from]! * 19595 + data[from + 1]! * 38470 + data[from + 2]! * 7471 + 0x8000) >>> 16;
  }
  return grey;
}
