// Label files in memory, and columns as their cells, for the tests of this part. Not for the lab itself.
import type { LabelColumn } from "./columns";
import type { LabelFile } from "./csvTable";
import type { FilmRows } from "./formats/format";

/** Files by their paths; a list of lines is joined. */
export function makeFiles(files: Record<string, string | string[] | Uint8Array<ArrayBuffer>>): LabelFile[] {
  return Object.entries(files).map(([path, content]) => ({
    path,
    file: new Blob([Array.isArray(content) ? `${content.join("\n")}\n` : content]),
  }));
}

/** What the column says, row by row. */
export function cellsOf(column: LabelColumn | null | undefined): string[] | null {
  return column ? Array.from(column.codes, (code) => column.values[code] ?? "?") : null;
}

/** The findings, or whatever else can be a target, by name. */
export function labelCells(rows: FilmRows, name: string): string[] | null {
  return cellsOf(rows.labels.find((label) => label.name === name));
}

export async function gzip(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const packed = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}

export function encodeUtf16(text: string, order: "le" | "be"): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(text.length * 2));
  for (let i = 0; i < text.length; i++) view.setUint16(i * 2, text.charCodeAt(i), order === "le");
  return new Uint8Array(view.buffer);
}

export function encodeLatin1(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
