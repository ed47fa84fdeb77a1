// The compiled part of reading films (the C beside this file) as typed functions on one instance. Calls are synchronous; nothing is kept
// between them but memory, which grows to what the largest film took.
import inlined from "./films.wasm?url&inline";

interface Exports {
  memory: WebAssembly.Memory;
  begin(bytes: number): number;
  decodeJpeg(file: number, bytes: number): number;
  filmWidth(): number;
  filmHeight(): number;
  filmOrientation(): number;
  filmPixels(): number;
  resize(
    image: number,
    width: number,
    height: number,
    toWidth: number,
    toHeight: number,
    across: number,
    acrossTaps: number,
    down: number,
    downTaps: number,
  ): number;
}

/** What `decodeJpeg` returns. */
export const STATUS = { whole: 0, notPlain: 1, cutShort: 2, damaged: 3 } as const;

let instance: Exports | null = null;

export function openModule(): Exports {
  if (!instance) {
    // Compiled from the bundle's own bytes: no request, so a worker needs no connection and Node no other way.
    const binary = atob(inlined.slice(inlined.indexOf(",") + 1));
    const module = new WebAssembly.Module(Uint8Array.from(binary, (character) => character.charCodeAt(0)));
    instance = new WebAssembly.Instance(module).exports as unknown as Exports;
  }
  return instance;
}

/** Lays parts one after another, each aligned to 16 bytes, where the next call finds them; their addresses. What came before is gone. */
export function lay(...parts: (Uint8Array | Int32Array)[]): number[] {
  const { begin, memory } = openModule();
  const offsets: number[] = [];
  let bytes = 0;
  for (const part of parts) {
    offsets.push(bytes);
    bytes += (part.byteLength + 15) & ~15;
  }
  const start = begin(bytes) >>> 0;
  if (start === 0) throw new RangeError(`${bytes} bytes are more than WebAssembly's memory holds`);
  const view = new Uint8Array(memory.buffer);
  for (const [i, part] of parts.entries()) {
    view.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), start + (offsets[i] ?? 0));
  }
  return offsets.map((offset) => start + offset);
}

/** A view, good until the next call. */
export function look(address: number, bytes: number): Uint8Array {
  return new Uint8Array(openModule().memory.buffer, address >>> 0, bytes);
}
