// The matrix product behind every convolution's gradient to the weights: rows are window times input channels, columns output
// channels, and the reduction runs over all pixels. It is cut into parts that are added up in order (sumParts.ts): no float
// atomics, so a step repeats bit for bit. Not the forward pass nor the gradient to the input (product.ts).
import type { Arithmetic } from "../protocol/settings";
import { defineKernel, type Format, read, write } from "./kernel";
import { arithmeticOf, asBlock, each, featuresOf, NARROW, type Tiling, WIDE } from "./product";
import { OUTSIDE, type Window, windowFunctions, windowUniforms } from "./window";

const QUADS = 2;
const DIRECT_SIZE = 8;
/** Pixels that are summed before they join the total: long sums lose digits. */
const BLOCK = 256;
/** Pixels a workgroup's tile holds at a time. */
const DEPTH = { f32: 8, f16: 16 };

export interface WeightProductParts {
  name: string;
  tiling: Tiling;
  left: Format;
  activate: boolean;
  window: Window | null;
  /** Few columns: the narrow tile. */
  narrow?: boolean;
  /** Row quads an invocation computes: 1 where a tap has a single quad of channels. */
  rowQuads: 1 | 2;
}

const common = {
  pixels: "u32",
  pixelsPerPart: "u32",
  parts: "u32",
  innerQuads: "u32",
  taps: "u32",
  columnQuads: "u32",
  leftStride: "u32",
  rightStride: "u32",
  scales: "u32",
  shifts: "u32",
  out: "u32",
  outStride: "u32",
  add: "u32",
} as const;

const sumsOf = (rowQuads: number) => (line: (sum: string) => string) =>
  each(rowQuads * 4, (i) => each(QUADS, (j) => line(`sum_${i}_${j}`)));

/** a<r>: quad r of rows; b<j>: quad j of columns; of one pixel. */
function multiply(into: "" | "block_", rowQuads: number, type: Arithmetic): string {
  const one = (r: number, e: number, j: number) => {
    const sum = `${into}sum_${r * 4 + e}_${j}`;
    return `${sum} = fma(vec4<${type}>(a${r}.${"xyzw"[e]}), b${j}, ${sum});`;
  };
  return each(rowQuads, (r) => each(4, (e) => each(QUADS, (j) => one(r, e, j))));
}

/**
 * Bindings: `left` [pixels, channels] (the convolution's input), `right` [pixels, columns] (the gradient at its output), `norms` where
 * activated, `out`, to which the weights' gradient is added where `add` is 1, and which else holds one part after another.
 */
export function defineWeightProduct({ name, tiling, narrow, left, activate, window, rowQuads }: WeightProductParts) {
  const tiled = tiling !== "direct";
  const type = arithmeticOf(tiling);
  const eachSum = sumsOf(rowQuads);
  // In a tile only halves are summed in blocks, which are a tile's depth.
  const halves = type === "f16";
  const depth = DEPTH[type];
  const activated = (r: number, loaded: string) => (activate ? `relu(fma(${loaded}, scale${r}, shift${r}))` : loaded);

  const perPixel = `for (var pixel = begin; pixel < min(begin + ${BLOCK}u, last); pixel++) {
${window ? "let place = place_of(corner, tap);" : "let place = pixel * u.leftStride;"}
${each(rowQuads, (r) => {
  const value = activated(r, `load_left(place + inner${r})`);
  return `let a${r} = ${window ? `select(vec4<f32>(), ${value}, place != OUTSIDE)` : value};`;
})}
${each(QUADS, (j) => `let b${j} = load_right(pixel * u.rightStride + column${j});`)}
${multiply("block_", rowQuads, "f32")}
${
  window
    ? `corner.z += ${window.stride}i;
if (corner.z == i32(u.outWidth) * ${window.stride}i - ${window.pad}i) {
  corner.z = -${window.pad}i; corner.y += ${window.stride}i;
  if (corner.y == i32(u.outHeight) * ${window.stride}i - ${window.pad}i) { corner.y = -${window.pad}i; corner.x += i32(u.height); }
}`
    : ""
}
}`;
  const direct = `
var corner = ${window ? "corner_of(first)" : "vec3<i32>()"};
for (var begin = first; begin < last; begin += ${BLOCK}u) {
${asBlock(eachSum, "f32", perPixel)}
}`;

  const { across, down } = narrow ? NARROW : WIDE;
  const rowsWide = down * rowQuads;
  const columnsWide = across * QUADS;
  const size = across * down;
  const perTilePixel = `for (var k = 0u; k < ${depth}u; k++) {
${each(rowQuads, (r) => `let a${r} = left_tile[k * ${rowsWide}u + ly + ${r * down}u];`)}
${each(QUADS, (j) => `let b${j} = right_tile[k * ${columnsWide}u + lx + ${j * across}u];`)}
${multiply(halves ? "block_" : "", rowQuads, type)}
}`;
  const shared = `
for (var begin = first; begin < last; begin += ${depth}u) {
workgroupBarrier();
${each((rowsWide * depth) / size, (i) => {
  return `{
let item = local + ${i * size}u; let pixel = begin + item / ${rowsWide}u;
let quad = tileFirst + item % ${rowsWide}u; let inner = quad % u.innerQuads;
var loaded = vec4<f32>();
if (pixel < last && quad < u.taps * u.innerQuads) {
  let place = ${window ? "place_of(corner_of(pixel), quad / u.innerQuads)" : "pixel * u.leftStride"};
  if (place != OUTSIDE) {
    loaded = ${activate ? "relu(fma(load_left(place + inner), load_norms(u.scales + inner), load_norms(u.shifts + inner)))" : "load_left(place + inner)"};
  }
}
left_tile[item] = vec4<${type}>(loaded);
}`;
})}
${each((columnsWide * depth) / size, (i) => {
  return `{
let item = local + ${i * size}u; let pixel = begin + item / ${columnsWide}u; let column = columnFirst + item % ${columnsWide}u;
var loaded = vec4<f32>();
if (pixel < last && column < u.columnQuads) { loaded = load_right(pixel * u.rightStride + column); }
right_tile[item] = vec4<${type}>(loaded);
}`;
})}
workgroupBarrier();
${halves ? asBlock(eachSum, type, perTilePixel) : perTilePixel}
}`;

  // Tiled: rows run through taps and channels in one line, and tiles are dealt out like cards (product.ts). Direct: a tile stays within a tap, so that its window moves as one.
  const start = tiled
    ? `let lx = local % ${across}u; let ly = local / ${across}u;
let columnTiles = (u.columnQuads + ${columnsWide - 1}u) / ${columnsWide}u;
let rowTiles = (u.taps * u.innerQuads + ${rowsWide - 1}u) / ${rowsWide}u;
let columnFirst = (group % columnTiles) * ${columnsWide}u;
let tileFirst = ((group / columnTiles) % rowTiles) * ${rowsWide}u;
let part = group / (columnTiles * rowTiles);
if (part >= u.parts) { return; }
${each(QUADS, (j) => `let column${j} = columnFirst + lx + ${j * across}u;`)}
${each(rowQuads, (r) => `let rowQuad${r} = tileFirst + ly + ${r * down}u; let live${r} = rowQuad${r} < u.taps * u.innerQuads;`)}`
    : `let columnTiles = (u.columnQuads + ${QUADS - 1}u) / ${QUADS}u;
let tapTiles = (u.innerQuads + ${rowQuads - 1}u) / ${rowQuads}u;
let rowTile = (thread / columnTiles) % (u.taps * tapTiles);
let part = thread / (columnTiles * u.taps * tapTiles);
if (part >= u.parts) { return; }
let tap = rowTile / tapTiles;
let innerFirst = (rowTile % tapTiles) * ${rowQuads}u;
${each(QUADS, (j) => `let column${j} = (thread % columnTiles) * ${QUADS}u + ${j}u;`)}
${each(rowQuads, (r) => {
  const scale = activate
    ? `let scale${r} = load_norms(u.scales + inner${r}); let shift${r} = load_norms(u.shifts + inner${r});`
    : "";
  return `let live${r} = innerFirst + ${r}u < u.innerQuads; let inner${r} = min(innerFirst + ${r}u, u.innerQuads - 1u);
let rowQuad${r} = tap * u.innerQuads + inner${r}; ${scale}`;
})}`;

  return defineKernel({
    name,
    features: featuresOf(tiling),
    workgroupSize: tiled ? size : DIRECT_SIZE,
    bindings: {
      left: read(left),
      right: read("f32"),
      ...(activate ? { norms: read("f32") } : {}),
      out: write("f32"),
    } as {
      left: ReturnType<typeof read>;
      right: ReturnType<typeof read>;
      norms: ReturnType<typeof read>;
      out: ReturnType<typeof read>;
    },
    uniforms: { ...common, ...(window ? windowUniforms : {}) } as typeof common & typeof windowUniforms,
    functions: [
      OUTSIDE,
      window ? windowFunctions(window) : "",
      tiled
        ? `var<workgroup> left_tile: array<vec4<${type}>, ${rowsWide * depth}>; var<workgroup> right_tile: array<vec4<${type}>, ${columnsWide * depth}>;`
        : "",
    ].join("\n"),
    body: `
${start}
let first = part * u.pixelsPerPart; let last = min(first + u.pixelsPerPart, u.pixels);
${eachSum((sum) => `var ${sum} = vec4<f32>();`)}
${tiled ? shared : direct}
${each(rowQuads, (r) =>
  each(
    QUADS,
    (j) =>
      `if (live${r} && column${j} < u.columnQuads) {
${each(
  4,
  (e) => `{ let at = u.out + part * u.outStride + (rowQuad${r} * 4u + ${e}u) * u.columnQuads + column${j};
var value = sum_${r * 4 + e}_${j}; if (u.add == 1u) { value += load_out(at); } store_out(at, value); }`,
)}
}`,
  ),
)}`,
  });
}

export interface WeightGrid {
  parts: number;
  pixelsPerPart: number;
  threads: number;
}

/** How the pixels are cut into parts: enough to keep an adapter of `threads` invocations busy, at most `maxParts`. */
export function planWeightProduct(
  shape: { pixels: number; innerQuads: number; taps: number; columnQuads: number; rowQuads: 1 | 2; narrow?: boolean },
  { tiling, threads, maxParts }: { tiling: Tiling; threads: number; maxParts: number },
): WeightGrid {
  const { pixels, innerQuads, taps, columnQuads, rowQuads, narrow } = shape;
  const { across, down } = narrow ? NARROW : WIDE;
  const tiles =
    tiling !== "direct"
      ? Math.ceil(columnQuads / (across * QUADS)) * Math.ceil((taps * innerQuads) / (down * rowQuads)) * across * down
      : Math.ceil(columnQuads / QUADS) * taps * Math.ceil(innerQuads / rowQuads);
  const wanted = Math.max(1, Math.min(Math.floor(threads / tiles), maxParts, Math.ceil(pixels / 64)));
  const pixelsPerPart = Math.ceil(pixels / wanted);
  const parts = Math.ceil(pixels / pixelsPerPart);
  return { parts, pixelsPerPart, threads: tiles * parts };
}
