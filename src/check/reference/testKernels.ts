// For tests of kernels: a bare device without TF.js, arrays as a test writes them, and dispatches that run under an error scope.
// Knows no network, and nothing of where it runs: under Vitest or on a person's page. What the numbers should be stands in float64.ts.

import { afterAll, beforeAll, expect } from "vitest";
import { compileKernels, type Dispatch, dispatch, type PlannedBuffer, prepareDispatches } from "../../kernels/dispatches";
import type { Format, Kernel } from "../../kernels/kernel";
import type { Random } from "../../nn/random";
import { KERNEL_FEATURES, type KernelFeature } from "../../protocol/gpuFeatures";
import { measureDistance } from "./float64";

let device: GPUDevice | null = null;

/** Side by side, kernels compile in half the time; on a machine that is busy it may still be long. */
const COMPILE_MS = 300_000;

let compilesAhead = true;

/** From now on kernels are compiled when they are first run: sooner done where few of a file's tests are. */
export function compileAsNeeded(): void {
  compilesAhead = false;
}

/**
 * Call at the top of a test file; `kernels` are compiled ahead, and `expectClose` allows `tolerance`. The device has WebGPU's default limits, and what of
 * KERNEL_FEATURES there is: what runs on it runs on a phone.
 */
export function openTestDevice(kernels: readonly Kernel[] = [], { tolerance = TOLERANCE } = {}): void {
  beforeAll(async () => {
    allowed = tolerance;
    const adapter = await findAdapter();
    const requiredFeatures = KERNEL_FEATURES.filter((feature) => adapter?.features.has(feature));
    device = (await adapter?.requestDevice({ requiredFeatures })) ?? null;
    if (!device) throw new Error("The driver gives no device");
    if (!compilesAhead) return;
    await compileKernels(
      device,
      kernels.map((kernel) => dispatch(kernel, {}, {}, { threads: 0 })),
    );
  }, COMPILE_MS);
  afterAll(() => device?.destroy());
}

/** Whether the device that tests run on has it; what needs it is skipped where not. */
export async function hasFeature(feature: KernelFeature): Promise<boolean> {
  const adapter = await findAdapter();
  return adapter?.features.has(feature) ?? false;
}

/** The one that the lab trains on. */
const findAdapter = () => navigator.gpu.requestAdapter({ powerPreference: "high-performance" });

/** An array of a test: what a kernel will read of it, in float64, and the buffer it goes to. */
export interface TestArray extends PlannedBuffer {
  format: Format;
  values: Float64Array;
}

const BYTES = { f32: 4, scalar: 4, word: 4, f16: 2 } as const;

/** Values that a format holds exactly, so that a reference starts from what the kernel starts from. */
export function roundTo(format: Format, values: ArrayLike<number>): Float64Array {
  const round = format === "f16" ? roundHalf : format === "word" ? (value: number) => value : Math.fround;
  return Float64Array.from(values, round);
}

/** An array of `values`, as its format rounds them. Its length is filled up to whole quads. */
export function hold(format: Format, values: ArrayLike<number>, label: string = format): TestArray {
  const bytes = Math.max(16, Math.ceil((values.length * BYTES[format]) / 16) * 16);
  return { label, bytes, buffer: null, format, values: roundTo(format, values) };
}

/** What an array holds before a kernel writes to it: whatever is left of it was not touched. */
export const UNTOUCHED = -77;
export const holdEmpty = (format: Format, length: number, label = "out") =>
  hold(format, new Float64Array(length).fill(UNTOUCHED), label);

/** Several arrays in one, as parameters lie: `at` is where each begins, in quads. A quad before them all is nobody's. */
export function join<N extends string>(parts: Record<N, ArrayLike<number>>): { array: TestArray; at: Record<N, number> } {
  const at = {} as Record<N, number>;
  const values: number[] = [UNTOUCHED, UNTOUCHED, UNTOUCHED, UNTOUCHED];
  for (const [name, part] of Object.entries<ArrayLike<number>>(parts)) {
    at[name as N] = values.length / 4;
    values.push(...Array.from(part));
  }
  return { array: hold("f32", values, Object.keys(parts).join(", ")), at };
}

export const drawNormals = (random: Random, length: number, format: Format = "f32") =>
  roundTo(
    format,
    Array.from({ length }, () => random.normal()),
  );

/** Runs dispatches one after another, each seeing what the one before wrote, and reads the arrays of `results` back. */
export async function runDispatches<R extends Record<string, TestArray>>(
  dispatches: readonly Dispatch[],
  results: R,
): Promise<Record<keyof R, Float64Array>> {
  if (!device) throw new Error("openTestDevice() has not run");
  const gpu = device;
  const arrays = [...new Set(dispatches.flatMap(({ bindings }) => Object.values(bindings)))] as TestArray[];
  gpu.pushErrorScope("validation");
  gpu.pushErrorScope("out-of-memory");
  const given: GPUBuffer[] = [];
  try {
    for (const array of arrays) {
      const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
      array.buffer = gpu.createBuffer({ label: array.label, size: array.bytes, usage });
      given.push(array.buffer);
      gpu.queue.writeBuffer(array.buffer, 0, encode(array));
    }
    const list = await prepareDispatches(gpu, dispatches);
    const encoder = gpu.createCommandEncoder();
    list.encode(encoder);
    const windows = Object.entries(results).map(([name, array]) => {
      const window = gpu.createBuffer({ size: array.bytes, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
      given.push(window);
      if (!array.buffer) throw new Error(`No dispatch writes ${name}`);
      encoder.copyBufferToBuffer(array.buffer, 0, window, 0, array.bytes);
      return { name: name as keyof R, array, window };
    });
    gpu.queue.submit([encoder.finish()]);
    const read = {} as Record<keyof R, Float64Array>;
    for (const { name, array, window } of windows) {
      await window.mapAsync(GPUMapMode.READ);
      read[name] = decode(array.format, window.getMappedRange(), array.values.length);
    }
    list.dispose();
    return read;
  } finally {
    for (const buffer of given) buffer.destroy();
    for (const array of arrays) array.buffer = null;
    const complaints = [await gpu.popErrorScope(), await gpu.popErrorScope()];
    expect(complaints.map((complaint) => complaint?.message)).toEqual([undefined, undefined]);
  }
}

/** What a kernel may be off: a hundredth of a thousandth of the norm. */
export const TOLERANCE = 1e-5;
/**
 * What it may be off that multiplies halves: each factor is rounded to eleven bits, on some cards towards zero, and so are sums of sixteen
 * products; their sums cancel.
 */
export const HALF_TOLERANCE = 2 ** -8;

/** By the file that is being run. */
let allowed = TOLERANCE;

let tellDistance: (distance: number, tolerance: number) => void = () => {};

/** From now on `tell` hears of every distance that `expectClose` measures, whether or not it passes. */
export function watchDistances(tell: typeof tellDistance): void {
  tellDistance = tell;
}

/** Fails where the distance is more than `tolerance` of the norm. */
export function expectClose(got: ArrayLike<number>, want: ArrayLike<number>, tolerance = allowed): void {
  expect(got.length).toBe(want.length);
  const distance = measureDistance(got, want);
  tellDistance(distance, tolerance);
  expect(distance).toBeLessThan(tolerance);
}

/** As `expectClose`, and in `f16` each value within one rounding to a half. */
export function expectStored(format: Format, got: ArrayLike<number>, want: ArrayLike<number>): void {
  if (format !== "f16") {
    expectClose(got, want);
    return;
  }
  const slack = allowed * Math.sqrt(Array.from(want).reduce((sum, value) => sum + value * value, 0) / want.length);
  const off = Array.from(want).filter((value, at) => {
    // A half of eleven bits: rounding to the nearest or, as WGSL leaves open, to a neighbour.
    return !(Math.abs((got[at] ?? Number.NaN) - value) <= Math.abs(value) * 2 ** -11 * 1.001 + 2 ** -24 + slack);
  });
  expect(got.length).toBe(want.length);
  expect(off).toEqual([]);
}

function encode({ format, values, bytes }: TestArray): ArrayBuffer {
  const buffer = new ArrayBuffer(bytes);
  if (format === "f16") new Uint16Array(buffer).set(Array.from(values, encodeHalf));
  else if (format === "word") new Uint32Array(buffer).set(values);
  else new Float32Array(buffer).set(values);
  return buffer;
}

function decode(format: Format, buffer: ArrayBuffer, length: number): Float64Array {
  if (format === "f16") return Float64Array.from(new Uint16Array(buffer, 0, length), decodeHalf);
  if (format === "word") return Float64Array.from(new Uint32Array(buffer, 0, length));
  return Float64Array.from(new Float32Array(buffer, 0, length));
}

/** The exponent of a half's last digit. */
const lastDigit = (size: number) => Math.max(-24, Math.floor(Math.log2(size)) - 10);

/** The nearest half, ties to even; for what is finite. */
function roundHalf(value: number): number {
  if (value === 0) return 0;
  const step = 2 ** lastDigit(Math.abs(value));
  const steps = Math.floor(value / step);
  const rest = value / step - steps;
  return (steps + (rest > 0.5 || (rest === 0.5 && steps % 2 !== 0) ? 1 : 0)) * step;
}

function encodeHalf(value: number): number {
  const sign = value < 0 ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size < 2 ** -14) return sign | (size * 2 ** 24);
  const exponent = Math.floor(Math.log2(size));
  return sign | ((exponent + 15) << 10) | ((size / 2 ** exponent - 1) * 1024);
}

function decodeHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
