// What an invocation keeps of the columns it sees, for BatchNorm forward and backward, as WGSL; `$` marks its quad of columns. The
// parts of all strips are put together in a fixed order by normalise.ts and normGradient.ts, so that a step repeats bit for bit.
import { type Binding, defineKernel, type Kernel, write } from "./kernel";

export type Columns = "none" | "moments" | "sums";

/** Rows that are summed before they join the total: long sums lose digits. */
const BLOCK = 64;
const JOIN_BLOCK = "firsts$ += first$; seconds$ += second$; first$ = vec4<f32>(); second$ = vec4<f32>();";

export const BEGIN_COLUMN = `var first$ = vec4<f32>(); var second$ = vec4<f32>(); var origin$ = vec4<f32>();
var firsts$ = vec4<f32>(); var seconds$ = vec4<f32>();`;

/** After each row, once `count` knows of it. */
export const END_ROW = `if (count % ${BLOCK}u == 0u) { ${JOIN_BLOCK} }`;

/** Deviations are taken from the first value seen, not from zero: what large means would cancel is not lost. */
export const SEE_MOMENT =
  "if (count == 0u) { origin$ = kept; } let away = kept - origin$; first$ += away; second$ += away * away;";

/** What an invocation has seen of a column, as `keptFirst$` and `keptSecond$`: mean and squared distance from it, or two sums. */
export const sumUp = (columns: Columns): string =>
  columns === "moments"
    ? `${JOIN_BLOCK} let drift$ = firsts$ / f32(max(count, 1u));
var keptFirst$ = origin$ + drift$; var keptSecond$ = max(seconds$ - firsts$ * drift$, vec4<f32>());`
    : `${JOIN_BLOCK} var keptFirst$ = firsts$; var keptSecond$ = seconds$;`;

/**
 * Joins what was seen of `more` further rows to `before` rows: moments as Chan, Golub and LeVeque 1979 put them together, or sums.
 * WGSL expressions.
 */
export const joinColumn = (
  columns: Columns,
  [first, second]: [string, string],
  [moreFirst, moreSecond]: [string, string],
): string =>
  columns === "moments"
    ? `{ let away = ${moreFirst} - ${first}; let together = before + more;
${first} += away * (more / together);
${second} += ${moreSecond} + away * away * (before * more / together); }`
    : `${first} += ${moreFirst}; ${second} += ${moreSecond};`;

/** A strip's part of a column: of moments the count of its rows before them. */
export const keepColumn = (columns: Columns): string =>
  columns === "moments"
    ? `let at = (u.partsFrom + strip) * ${MOMENT_QUADS}u * u.columnQuads + column$;
store_columnParts(at, vec4<f32>(f32(stripRows)));
store_columnParts(at + u.columnQuads, keptFirst$); store_columnParts(at + 2u * u.columnQuads, keptSecond$);`
    : `let at = (u.partsFrom + strip) * 2u * u.columnQuads + column$;
store_columnParts(at, keptFirst$); store_columnParts(at + u.columnQuads, keptSecond$);`;
/** Quads a part of moments. */
export const MOMENT_QUADS = 3;

/**
 * The gradient back through BatchNorm's scale, for `dy` at `column$` of what was `seen`. The column sums of `dy` are the gradients of shift
 * and scale. What goes on is gamma * dy: what BatchNorm takes off for its batch statistics is taken off once for all later layers
 * (normGradient.ts), by linearity.
 */
export const PLAIN_NORM_GRADIENT = {
  perColumn: `let mean$ = load_statistics(u.means + column$); let deviation$ = load_statistics(u.deviations + column$);
let gamma$ = load_parameters(u.gammas + column$);`,
  perValue: "first$ += dy; second$ += dy * (seen - mean$) * deviation$;",
  uniforms: { means: "u32", deviations: "u32", gammas: "u32", seenStride: "u32" },
} as const;

/** The same back through a ReLU after it, for `value` at `column$` of `pixel`; `dy` is masked. */
export const NORM_GRADIENT = {
  perColumn: `let scale$ = load_norms(u.scales + column$); let shift$ = load_norms(u.shifts + column$);
${PLAIN_NORM_GRADIENT.perColumn}`,
  perValue: `let seen = load_seen(pixel * u.seenStride + column$);
let dy = select(vec4<f32>(), value, fma(seen, scale$, shift$) > vec4<f32>());
${PLAIN_NORM_GRADIENT.perValue}`,
  uniforms: { scales: "u32", shifts: "u32", ...PLAIN_NORM_GRADIENT.uniforms },
} as const;

const common = { rows: "u32", rowsPerStrip: "u32", strips: "u32", columnQuads: "u32", partsFrom: "u32" } as const;

/**
 * A kernel that walks down the rows of a quad of columns, strip by strip. `perRow` sees `row`, `pixel` (the same) and `column0`; it leaves
 * `kept` for moments, or adds to `first0` and `second0`.
 */
export function defineStrips<B extends string, U extends string>(parts: {
  name: string;
  bindings: Record<B, Binding>;
  uniforms: Record<U, "u32" | "f32">;
  functions?: string;
  perColumn?: string;
  perRow: string;
  columns: Columns;
}): Kernel<B | "columnParts", U | keyof typeof common> {
  const { name, columns, functions = "", perColumn = "", perRow } = parts;
  const moments = columns === "moments";
  return defineKernel({
    name,
    workgroupSize: 16,
    bindings: { ...parts.bindings, columnParts: write("f32") } as Record<B | "columnParts", Binding>,
    uniforms: { ...common, ...parts.uniforms } as Record<U | keyof typeof common, "u32" | "f32">,
    functions,
    body: `
let column$ = thread % u.columnQuads; let strip = thread / u.columnQuads;
if (strip >= u.strips) { return; }
${perColumn}
${BEGIN_COLUMN}
var count = 0u;
let firstRow = strip * u.rowsPerStrip;
let stripRows = min(u.rowsPerStrip, u.rows - firstRow);
for (var row = firstRow; row < firstRow + stripRows; row++) {
let pixel = row;
${perRow}
${moments ? SEE_MOMENT : ""}
count++;
${END_ROW}
}
${sumUp(columns)}
${keepColumn(columns)}`.replaceAll("$", "0"),
  });
}

export function planStrips(
  { rows, columnQuads }: { rows: number; columnQuads: number },
  { threads, maxParts }: { threads: number; maxParts: number },
) {
  const wanted = Math.max(1, Math.min(Math.ceil(threads / columnQuads), rows, maxParts));
  const rowsPerStrip = Math.ceil(rows / wanted);
  const strips = Math.ceil(rows / rowsPerStrip);
  return { rowsPerStrip, strips, threads: strips * columnQuads };
}
