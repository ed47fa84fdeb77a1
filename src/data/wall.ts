// Which rows the wall of films shows, and a film's thumbnail as the page draws it. It decodes nothing: see `films/thumbnails.ts`.
import type { WallFilm, WallFilter } from "../protocol/dataset";
import { LabError } from "../protocol/labError";
import type { FilmIndex } from "./filmIndex";
import type { MakeThumbnail } from "./films/thumbnails";
import { LABELS } from "./labels";
import type { SamplePlan } from "./sample";

/** Rows with a film that the filter shows, ascending; all of them where there is no sample to tell them apart. `setAside` are labelled films that no planned epoch uses. */
export function listWall(index: FilmIndex, plan: SamplePlan | null, filter: WallFilter): Uint32Array {
  if (!plan)
    return filter === "all"
      ? Uint32Array.from(index.filmOfRow.keys()).filter((row) => index.filmOfRow[row]! >= 0)
      : new Uint32Array();
  const { labels, split, planned } = plan;
  if (filter === "setAside") {
    const used = new Set([...planned.train, ...planned.valid]);
    return Uint32Array.from([...split.train, ...split.valid].filter((row) => !used.has(row))).sort();
  }
  const rows: number[] = [];
  for (let row = 0; row < index.rows; row++) {
    if ((index.filmOfRow[row] ?? -1) >= 0 && (filter === "all" || LABELS[labels.codes[row] ?? 0] === filter)) rows.push(row);
  }
  return Uint32Array.from(rows);
}

export function describeFilm(index: FilmIndex, plan: SamplePlan | null, row: number): WallFilm {
  return {
    row,
    path: index.films[index.filmOfRow[row] ?? -1] ?? "",
    patient: index.patients[index.patientOfRow[row] ?? 0] ?? "",
    label: plan ? (LABELS[plan.labels.codes[row] ?? 0] ?? "leftOut") : "unknown",
  };
}

/** With its longer side at most `side` pixels; never enlarged. @throws LabError filmUnreadable */
export async function drawThumbnail(make: MakeThumbnail, file: Blob, path: string, side: number): Promise<ImageBitmap> {
  const { width, height, data } = await make(await readFilm(file, path), path, side);
  const pixels = new ImageData(width, height);
  const words = new Uint32Array(pixels.data.buffer);
  // Opaque grey: three equal bytes under an alpha of 255.
  for (let at = 0; at < words.length; at++) words[at] = 0xff000000 | (data[at]! * 0x10101);
  return createImageBitmap(pixels);
}

/** @throws LabError filmUnreadable */
async function readFilm(file: Blob, path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new LabError("filmUnreadable", `The file cannot be read (${reason}).`, path);
  }
}
