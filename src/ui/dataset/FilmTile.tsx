// One film on the wall: a square cut from its middle, and its label. It waits for its film and gives up when it scrolls away.
import { useEffect, useRef, useState } from "react";
import type { FilmLabel, WallFilm } from "../../protocol/dataset";
import type { ThumbnailCache } from "./thumbnailCache";
import styles from "./wall.module.css";

/** Device pixels a side. */
export const TILE_SIDE = 168;

const LABEL_WORDS: Record<FilmLabel, string> = {
  positive: "positive",
  negative: "negative",
  uncertain: "uncertain",
  blank: "blank",
  leftOut: "left out",
  unknown: "label unknown",
};

export function FilmTile({ film, cache }: { film: WallFilm; cache: ThumbnailCache }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [look, setLook] = useState<"waiting" | "drawn" | "unreadable">("waiting");

  useEffect(() => {
    setLook("waiting");
    return cache.request(film.row, (bitmap) => {
      if (bitmap && canvas.current) drawSquare(canvas.current, bitmap);
      setLook(bitmap ? "drawn" : "unreadable");
    });
  }, [cache, film.row]);

  return (
    <div className={styles.tile} data-look={look} title={`${film.path}\npatient ${film.patient}`}>
      <canvas ref={canvas} width={TILE_SIDE} height={TILE_SIDE} role="img" aria-label={film.path} />
      {look === "unreadable" && <span className={styles.unreadable}>cannot be read</span>}
      <span className={styles.chip} data-label={film.label}>
        {LABEL_WORDS[film.label]}
      </span>
    </div>
  );
}

function drawSquare(canvas: HTMLCanvasElement, film: ImageBitmap): void {
  const side = Math.min(film.width, film.height);
  const left = (film.width - side) / 2;
  const top = (film.height - side) / 2;
  canvas.getContext("2d")?.drawImage(film, left, top, side, side, 0, 0, canvas.width, canvas.height);
}
