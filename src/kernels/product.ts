// The matrix product behind every convolution's forward pass and gradient to the input: rows are pixels, columns are output
// channels, and the inner length is the window times the input channels. Not a kernel by itself: an operation brings its loads and
// what becomes of a value. The gradient to the weights has another shape of reduction (weightProduct.ts).
import type { KernelFeature } from "../protocol/gpuFeatures";
import type { Arithmetic } from "../protocol/settings";
import { BEGIN_COLUMN, type Columns, END_ROW, joinColumn, keepColumn, SEE_MOMENT, sumUp } from "./columns";
import { type Binding, defineKernel, type Format, read, write } from "./kernel";
import { OUTSIDE, taps, type Window, windowFunctions, windowUniforms } from "./window";

/**
 * `direct`: each invocation loads what it needs. `tiled`: a workgroup shares its tiles in workgroup memory, as real graphics cards
 * want it; software adapters run barriers slowly. `halves`: tiles of halves, for devices with shader-f16: what is multiplied is rounded to
 * halves, a tile's few products are summed in them, and these sums in floats.
 */
export type Tiling = "direct" | "tiled" | "halves";

/** What a tiling multiplies in. */
export const arithmeticOf = (tiling: Tiling): Arithmetic => (tiling === "halves" ? "f16" : "f32");
export const featuresOf = (tiling: Tiling): KernelFeature[] => (tiling === "halves" ? ["shader-f16"] : []);

/** Rows an invocation computes, times two quads of columns. */
export const ROWS = 8;
const QUADS = 2;
export const COLUMNS = 4 * QUADS;

export interface Tile {
  /** Invocations along the columns and along the rows of a workgroup; direct ones stand in a line. */
  across: number;
  down: number;
}

const DIRECT_SIZE = 8;
/** Inner quads that are summed before they join the total: long sums lose digits, and each digit lost flips more ReLUs. */
const BLOCK = 16;
/** 64 x 64, and 128 x 32 for the few channels that a dense layer adds. */
export const WIDE: Tile = { across: 8, down: 8 };
export const NARROW: Tile = { across: 4, down: 16 };
/** Inner quads a tile holds at a time. */
const DEPTH = 4;

export interface ProductParts<B extends string, U extends string> {
  name: string;
  tiling: Tiling;
  /** Few columns: the narrow tile. */
  narrow?: boolean;
  /** How the left side is stored. */
  left: Format;
  /** The left side is read as max(0, x * scale + shift): BatchNorm and ReLU on load. */
  activate: boolean;
  window: Window | null;
  /** A pixel's channels are a single quad: the inner length is the window, and its few products are not summed in blocks. */
  oneQuad?: boolean;
  /** The weights lie as [tap, in, out]. `forward` runs along in, `gradient` along out. */
  weights: "forward" | "gradient";
  bindings: Record<B, Binding>;
  uniforms: Record<U, "u32" | "f32">;
  /** WGSL once for each quad of columns; `$` is 0 or 1, `column$` the quad. */
  perColumn?: string;
  /** WGSL for each value: `value`, of `pixel` and `column$`; `first$` and `second$` are its column's sums. */
  perValue: string;
  /**
   * What is kept of each column for BatchNorm. `moments`: count, mean and squared deviations of what `perValue` leaves in
   * `kept`; `sums`: `first$` and `second$` as `perValue` added them up.
   */
  columns: Columns;
}

const common = {
  rows: "u32",
  rowsPerStrip: "u32",
  strips: "u32",
  columnQuads: "u32",
  innerQuads: "u32",
  leftStride: "u32",
  weights: "u32",
  scales: "u32",
  shifts: "u32",
  partsFrom: "u32",
} as const;
export type ProductUniform = keyof typeof common | keyof typeof windowUniforms;

export const each = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => line(i)).join("\n");
const perQuad = (template: string) => each(QUADS, (j) => template.replaceAll("$", String(j)));

type EachSum = (line: (sum: string) => string) => string;
/** A loop whose sums of products are a block that joins the total. */
export const asBlock = (
  eachSum: EachSum,
  type: Arithmetic,
  loop: string,
): string => `${eachSum((sum) => `var block_${sum} = vec4<${type}>();`)}
${loop}
${eachSum((sum) => `${sum} += vec4<f32>(block_${sum});`)}`;

const eachSum: EachSum = (line) => each(ROWS, (i) => each(QUADS, (j) => line(`sum_${i}_${j}`)));

/** a<i> holds four inner elements of row i; b<e>_<j> the columns of quad j at inner element e. */
function multiply(into: "" | "block_", type: Arithmetic = "f32"): string {
  const one = (i: number, e: number, j: number) =>
    `${into}sum_${i}_${j} = fma(vec4<${type}>(a${i}.${"xyzw"[e]}), b${e}_${j}, ${into}sum_${i}_${j});`;
  return each(ROWS, (i) => each(4, (e) => each(QUADS, (j) => one(i, e, j))));
}

/** Four columns' inner quads w0 to w3 as four inner elements' column quads. */
function turn(j: number, type: Arithmetic = "f32"): string {
  return each(4, (e) => {
    const at = "xyzw"[e];
    return `let b${e}_${j} = vec4<${type}>(w0_${j}.${at}, w1_${j}.${at}, w2_${j}.${at}, w3_${j}.${at});`;
  });
}

/** The weights of inner quad `k` at `tap` for a quad of columns: forward they lie side by side, backward they are turned. */
function loadWeights(weights: "forward" | "gradient"): string {
  if (weights === "forward") {
    return each(4, (e) =>
      each(
        QUADS,
        (j) =>
          `let b${e}_${j} = load_parameters(u.weights + ((tap * u.innerQuads + k) * 4u + ${e}u) * u.columnQuads + column${j});`,
      ),
    );
  }
  return each(QUADS, (j) =>
    [
      each(
        4,
        (e) =>
          `let w${e}_${j} = load_parameters(u.weights + ((tap * u.columnQuads + column${j}) * 4u + ${e}u) * u.innerQuads + k);`,
      ),
      turn(j),
    ].join("\n"),
  );
}

type Inner = Pick<ProductParts<string, string>, "tiling" | "activate" | "window" | "weights" | "oneQuad">;

/** `inner` for every quad of a tap's channels, summed block by block. */
function inBlocks(inner: string): string {
  const block = asBlock(eachSum, "f32", `for (var k = begin; k < min(begin + ${BLOCK}u, u.innerQuads); k++) {\n${inner}\n}`);
  return `for (var begin = 0u; begin < u.innerQuads; begin += ${BLOCK}u) {\n${block}\n}`;
}

function directLoop(parts: Inner): string {
  const { activate, window, weights, oneQuad } = parts;
  const value = (i: number) => {
    const loaded = `load_left(place${i} + k)`;
    const active = activate ? `relu(fma(${loaded}, scale, shift))` : loaded;
    return window ? `select(vec4<f32>(), ${active}, place${i} != OUTSIDE)` : active;
  };
  const inner = `
${activate ? "let scale = load_norms(u.scales + k); let shift = load_norms(u.shifts + k);" : ""}
${each(ROWS, (i) => `let a${i} = ${value(i)};`)}
${loadWeights(weights)}
${multiply(oneQuad ? "" : "block_")}`;
  return `
${each(ROWS, (i) => {
  const pixel = `min(row + ${i}u, u.rows - 1u)`;
  return window ? `let corner${i} = corner_of(${pixel});` : `let place${i} = ${pixel} * u.leftStride;`;
})}
for (var tap = 0u; tap < ${taps(window)}u; tap++) {
${window ? each(ROWS, (i) => `let place${i} = place_of(corner${i}, tap);`) : ""}
${oneQuad ? `const k = 0u;\n${inner}` : inBlocks(inner)}
}`;
}

function tiledLoop(parts: Inner, { across, down }: Tile): string {
  const { tiling, activate, window, weights, oneQuad } = parts;
  const type = arithmeticOf(tiling);
  const size = across * down;
  const rows = down * ROWS;
  const quads = across * QUADS;
  const rowsLoaded = (rows * DEPTH) / size;
  const columnsLoaded = (quads * 4 * DEPTH) / size;
  const loaded = activate
    ? "relu(fma(load_left(place + k), load_norms(u.scales + k), load_norms(u.shifts + k)))"
    : "load_left(place + k)";
  const lanes = quads * 4;
  // A tile's depth runs along a tap's channels, or where these are one quad, along the taps.
  const at = (depth: string) => (oneQuad ? `let tap = depth + ${depth}; const k = 0u;` : `let k = depth + ${depth};`);
  const within = oneQuad ? `tap < ${taps(window)}u` : "k < u.innerQuads";
  // Either way the tile holds [inner quad, one of four, column quad], and neighbours load what lies side by side.
  const fillWeights =
    weights === "forward"
      ? `let fourth = (item / ${quads}u) % 4u; let tileColumn = item % ${quads}u; let tileDepth = item / ${lanes}u;
${at("tileDepth")} let column = firstColumn + tileColumn;
let at = ((tap * u.innerQuads + k) * 4u + fourth) * u.columnQuads + column;`
      : `let fourth = (item / ${DEPTH}u) % 4u; let tileColumn = item / ${4 * DEPTH}u; let tileDepth = item % ${DEPTH}u;
${at("tileDepth")} let column = firstColumn + tileColumn;
let at = ((tap * u.columnQuads + column) * 4u + fourth) * u.innerQuads + k;`;
  const name = weights === "forward" ? "b" : "w";
  const readWeights = each(QUADS, (j) => {
    const loads = each(4, (e) => `let ${name}${e}_${j} = right_tile[(k * 4u + ${e}u) * ${quads}u + lx + ${j * across}u];`);
    return weights === "forward" ? loads : `${loads}\n${turn(j, type)}`;
  });
  const corners = window
    ? each(rowsLoaded, (i) => `let corner${i} = corner_of(min(tileRow + (local + ${i * size}u) / ${DEPTH}u, u.rows - 1u));`)
    : "";
  // Only halves are summed in blocks: a card has no registers for floats' sums of sums.
  const halves = type === "f16";
  const loop = `for (var k = 0u; k < ${DEPTH}u; k++) {
${each(ROWS, (i) => `let a${i} = left_tile[k * ${rows}u + ly + ${i * down}u];`)}
${readWeights}
${multiply(halves ? "block_" : "", type)}
}`;
  const inner = `workgroupBarrier();
${each(
  rowsLoaded,
  (i) => `{
let item = local + ${i * size}u; ${at(`item % ${DEPTH}u`)} let tileLine = item / ${DEPTH}u;
let place = ${window ? `place_of(corner${i}, tap)` : "min(tileRow + tileLine, u.rows - 1u) * u.leftStride"};
var loaded = vec4<f32>();
if (${within}${window ? " && place != OUTSIDE" : ""}) { loaded = ${loaded}; }
left_tile[(item % ${DEPTH}u) * ${rows}u + tileLine] = vec4<${type}>(loaded);
}`,
)}
${each(
  columnsLoaded,
  (i) => `{
let item = local + ${i * size}u;
${fillWeights}
var loaded = vec4<f32>();
if (${within} && column < u.columnQuads) { loaded = load_parameters(u.weights + at); }
right_tile[(tileDepth * 4u + fourth) * ${quads}u + tileColumn] = vec4<${type}>(loaded);
}`,
)}
workgroupBarrier();
${halves ? asBlock(eachSum, type, loop) : loop}`;
  return oneQuad
    ? `${corners}\nfor (var depth = 0u; depth < ${taps(window)}u; depth += ${DEPTH}u) {\n${inner}\n}`
    : `${corners}\nfor (var tap = 0u; tap < ${taps(window)}u; tap++) {
for (var depth = 0u; depth < u.innerQuads; depth += ${DEPTH}u) {\n${inner}\n}\n}`;
}

/** What a workgroup's invocations share: tiles of both sides, and afterwards what they have seen of their columns. */
function shareTiles(arithmetic: Arithmetic, columns: Columns, { across, down }: Tile): string {
  const tile = (name: string, type: Arithmetic, quads: number) => `var<workgroup> ${name}: array<vec4<${type}>, ${quads}>;`;
  const tiles = [tile("left_tile", arithmetic, down * ROWS * DEPTH), tile("right_tile", arithmetic, across * QUADS * 4 * DEPTH)];
  const { firsts, seconds } = seenTiles(arithmetic);
  const seen = [firsts, seconds].map((name) => tile(name, "f32", down * QUADS * across));
  return [...tiles, ...(arithmetic === "f16" && columns !== "none" ? seen : [])].join("\n");
}

/** What is seen of columns is floats; tiles of floats have room for it when they are done with. */
const seenTiles = (arithmetic: Arithmetic) =>
  arithmetic === "f32" ? { firsts: "left_tile", seconds: "right_tile" } : { firsts: "first_tile", seconds: "second_tile" };

/** Joins what a workgroup's invocations have seen of the same columns, in order, in the first of them; the others are done. */
function joinTile(columns: Columns, arithmetic: Arithmetic, { across, down }: Tile): string {
  const { firsts, seconds } = seenTiles(arithmetic);
  const slot = (line: string, j: number) => `(${line} * ${QUADS}u + ${j}u) * ${across}u + lx`;
  const rowsOf = (line: string) => `f32((max(stripRows, ${line}) - ${line} + ${down - 1}u) / ${down}u)`;
  const seen = (j: number): [string, string] => [`keptFirst${j}`, `keptSecond${j}`];
  const more = (j: number): [string, string] => [`${firsts}[${slot("other", j)}]`, `${seconds}[${slot("other", j)}]`];
  return `
workgroupBarrier();
${each(QUADS, (j) => `${firsts}[${slot("ly", j)}] = keptFirst${j}; ${seconds}[${slot("ly", j)}] = keptSecond${j};`)}
workgroupBarrier();
if (ly > 0u) { return; }
var before = ${rowsOf("0u")};
for (var other = 1u; other < min(${down}u, stripRows); other++) {
let more = ${rowsOf("other")};
${each(QUADS, (j) => joinColumn(columns, seen(j), more(j)))}
before += more;
}`;
}

/** One invocation's tile, strip by strip; then what it keeps of its columns. */
export function defineProduct<B extends string, U extends string>(parts: ProductParts<B, U>) {
  const { name, tiling, left, activate, window, columns } = parts;
  const tile = parts.narrow ? NARROW : WIDE;
  const tiled = tiling !== "direct";
  const rowsAtOnce = tiled ? tile.down * ROWS : ROWS;
  // Tiles are dealt out like cards, so that neighbours read neighbouring banks of workgroup memory and write neighbouring quads.
  const [rowStep, columnStep] = tiled ? [tile.down, tile.across] : [1, 1];
  const moments = columns === "moments";
  const keeps = columns !== "none";

  const start = tiled
    ? `let lx = local % ${tile.across}u; let ly = local / ${tile.across}u;
let columnTiles = (u.columnQuads + ${tile.across * QUADS - 1}u) / ${tile.across * QUADS}u;
let strip = group / columnTiles;
let firstColumn = (group % columnTiles) * ${tile.across * QUADS}u;
let firstQuad = firstColumn + lx;
if (strip >= u.strips) { return; }`
    : `let columnTiles = (u.columnQuads + ${QUADS - 1}u) / ${QUADS}u;
let strip = thread / columnTiles;
let firstQuad = (thread % columnTiles) * ${QUADS}u;
if (strip >= u.strips) { return; }`;

  const value = (j: number) =>
    `{ let value = tile[i * ${QUADS}u + ${j}u]; let pixel = row + i * ${rowStep}u;
${parts.perValue}
${moments ? SEE_MOMENT : ""}
}`.replaceAll("$", String(j));

  const body = `
${start}
${each(QUADS, (j) => `let quad${j} = firstQuad + ${j * columnStep}u; let live${j} = quad${j} < u.columnQuads; let column${j} = min(quad${j}, u.columnQuads - 1u);`)}
${perQuad(parts.perColumn ?? "")}
${keeps ? perQuad(BEGIN_COLUMN) : ""}
var count = 0u;
let firstRow = strip * u.rowsPerStrip;
let stripRows = min(u.rowsPerStrip, u.rows - firstRow);
let lastRow = firstRow + stripRows;
for (var tileRow = firstRow; tileRow < lastRow; tileRow += ${rowsAtOnce}u) {
let row = tileRow${tiled ? " + ly" : ""};
${eachSum((sum) => `var ${sum} = vec4<f32>();`)}
${tiled ? tiledLoop(parts, tile) : directLoop(parts)}
var tile = array<vec4<f32>, ${ROWS * QUADS}>(${Array.from({ length: ROWS * QUADS }, (_, at) => `sum_${Math.floor(at / QUADS)}_${at % QUADS}`).join(", ")});
// A loop that is not unrolled: what becomes of a value is compiled once.
for (var i = 0u; i < min(${ROWS}u, (max(row, lastRow) - row + ${rowStep - 1}u) / ${rowStep}u); i++) {
${each(QUADS, (j) => `if (live${j}) ${value(j)}`)}
count++;
${keeps ? perQuad(END_ROW) : ""}
}
}
${keeps ? perQuad(sumUp(columns)) : ""}
${keeps && tiled ? joinTile(columns, arithmeticOf(tiling), tile) : ""}
${keeps ? perQuad(`if (live$) { ${keepColumn(columns)} }`) : ""}`;

  return defineKernel({
    name,
    features: featuresOf(tiling),
    workgroupSize: tiled ? tile.across * tile.down : DIRECT_SIZE,
    bindings: {
      left: read(left),
      parameters: read("f32"),
      ...(activate ? { norms: read("f32") } : {}),
      ...(keeps ? { columnParts: write("f32") } : {}),
      ...parts.bindings,
    } as Record<B | "left" | "parameters" | "norms" | "columnParts", Binding>,
    uniforms: { ...common, ...(window ? windowUniforms : {}), ...parts.uniforms } as Record<U | ProductUniform, "u32" | "f32">,
    functions: [
      OUTSIDE,
      window ? windowFunctions(window) : "",
      tiled ? shareTiles(arithmeticOf(tiling), columns, tile) : "",
    ].join("\n"),
    body,
  });
}

export interface ProductGrid {
  rowsPerStrip: number;
  strips: number;
  threads: number;
}

/**
 * How the rows are cut into strips: enough of them to keep an adapter busy that runs `threads` invocations well, and no more than
 * `maxParts`: each leaves a part of its columns to add up.
 */
export function planProduct(
  { rows, columnQuads }: { rows: number; columnQuads: number },
  { tiling, narrow, threads, maxParts }: { tiling: Tiling; narrow?: boolean; threads: number; maxParts: number },
): ProductGrid {
  const tile = narrow ? NARROW : WIDE;
  const [rowsAtOnce, size] = tiling !== "direct" ? [tile.down * ROWS, tile.across * tile.down] : [ROWS, 1];
  const columnTiles = Math.ceil(columnQuads / (tiling !== "direct" ? tile.across * QUADS : QUADS));
  const wanted = Math.ceil(threads / (columnTiles * size));
  const strips = Math.max(1, Math.min(wanted, Math.ceil(rows / rowsAtOnce), maxParts));
  const rowsPerStrip = Math.ceil(rows / rowsAtOnce / strips) * rowsAtOnce;
  const used = Math.ceil(rows / rowsPerStrip);
  return { rowsPerStrip, strips: used, threads: columnTiles * used * size };
}
