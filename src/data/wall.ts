// Which rows the wall of films shows, and a film's thumbnail. It draws nothing.
import type { WallFilm, WallFilter } from "../protocol/dataset";
import type { FilmIndex } from "./filmIndex";
import { decodeBitmap } from "./films/decode";
import { LABELS } from "./labels";
import type { SamplePlan } from "./sample";

/** Rows with a film that the filter shows, ascending. `setAside` are labelled films that no planned epoch uses. */
export function listWall(index: FilmIndex, { labels, split, planned }: SamplePlan, filter: WallFilter): Uint32Array {
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

export function describeFilm(index: FilmIndex, { labels }: SamplePlan, row: number): WallFilm {
  return {
    row,
    path: index.films[index.filmOfRow[row] ?? -1] ?? "",
    patient: index.patients[index.patientOfRow[row] ?? 0] ?? "",
    label: LABELS[labels.codes[row] ?? 0] ?? "leftOut",
  };
}

/** The film with its longer side at most `side` pixels; never enlarged. @throws LabError filmUnreadable */
export async function makeThumbnail(film: Blob, path: string, side: number): Promise<ImageBitmap> {
  const bitmap = await decodeBitmap(film, path);
  const scale = side / Math.max(bitmap.width, bitmap.height);
  if (scale >= 1) return bitmap;
  try {
    return await createImageBitmap(bitmap, {
      resizeWidth: Math.max(1, Math.round(bitmap.width * scale)),
      resizeHeight: Math.max(1, Math.round(bitmap.height * scale)),
      resizeQuality: "medium",
    });
  } finally {
    bitmap.close();
  }
}
