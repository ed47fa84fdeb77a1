// What is used of cornerstone's codecs, which come without types.

export interface Codec {
  /** Memory of the codec, to be filled with the frame. */
  getEncodedBuffer(length: number): Uint8Array;
  decode(): void;
  getDecodedBuffer(): Uint8Array | Uint8ClampedArray;
  getFrameInfo(): { width: number; height: number; bitsPerSample: number; componentCount: number };
  /** Of JPEG-LS: 0 planes, 1 lines, 2 samples side by side in the code; the last two also as decoded. */
  getInterleaveMode?(): number;
  /** Frees the decoder's memory. */
  delete(): void;
}

export type CodecModule = Record<string, (new () => Codec) | undefined>;

export type CodecFactory = (options: {
  wasmBinary: ArrayBuffer;
  print: (line: string) => void;
  printErr: (line: string) => void;
}) => Promise<CodecModule>;
