// RLE Lossless of DICOM (PS3.5, annex G): PackBits segments, one a byte of a sample, most significant first.
import { Unreadable } from "../film";

/** What the data set says of a frame. */
export interface RleShape {
  width: number;
  height: number;
  components: number;
  bytesPerSample: number;
}

/** The samples of a pixel side by side. @throws Unreadable where a segment gives fewer bytes than the frame has pixels */
export function decodeRle(frame: Uint8Array, { width, height, components, bytesPerSample }: RleShape): Uint8Array | Uint16Array {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  const segments = components * bytesPerSample;
  if (frame.length < 64 || view.getUint32(0, true) !== segments) {
    throw new Unreadable("The DICOM file is damaged: its RLE header does not fit its samples");
  }
  const pixels = width * height;
  const bytes = new Uint8Array(pixels * segments);
  for (let segment = 0; segment < segments; segment++) {
    const start = view.getUint32(4 + 4 * segment, true);
    const end = segment + 1 < segments ? view.getUint32(8 + 4 * segment, true) : frame.length;
    // Little endian: the most significant byte, which comes first, goes last.
    const component = Math.floor(segment / bytesPerSample);
    const target = component * bytesPerSample + (bytesPerSample - 1 - (segment % bytesPerSample));
    unpack(frame.subarray(start, end), bytes, target, segments, pixels);
  }
  return bytesPerSample === 1 ? bytes : new Uint16Array(bytes.buffer);
}

function unpack(packed: Uint8Array, out: Uint8Array, target: number, stride: number, pixels: number): void {
  let from = 0;
  let done = 0;
  while (done < pixels && from < packed.length) {
    const control = packed[from++]!;
    if (control === 128) continue;
    const literal = control < 128;
    const count = Math.min(literal ? control + 1 : 257 - control, pixels - done);
    for (let i = 0; i < count; i++) out[target + (done + i) * stride] = packed[literal ? from + i : from]!;
    done += count;
    from += literal ? count : 1;
  }
  if (done < pixels || from > packed.length) throw new Unreadable("The DICOM file is cut short");
}
