// The compiled part of reading films (the C beside this file) as typed functions on one instance. Calls are synchronous; nothing is kept
// between them but memory, which grows to what the largest film took.
import inlined from "./films.wasm?url&inline";

interface Exports {
  memory: WebAssembly.Memory;
  begin(): void;
  take(bytes: number): number;
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

/** Forgets everything that earlier calls laid down or returned: views of it show other things from now on. */
export function begin(): void {
  openModule().begin();
}

/** Copies a part to where the module finds it; its address. */
export function lay(part: Uint8Array | Int32Array): number {
  const { take, memory } = openModule();
  const address = take(part.byteLength) >>> 0;
  if (address === 0) throw new RangeError(`${part.byteLength} bytes more than WebAssembly's memory holds`);
  new Uint8Array(memory.buffer, address).set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
  return address;
}

/** A view of what the module holds, good until the next call. */
export function look(address: number, bytes: number): Uint8Array {
  return new Uint8Array(openModule().memory.buffer, address >>> 0, bytes);
}
