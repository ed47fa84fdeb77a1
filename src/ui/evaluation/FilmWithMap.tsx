// A film as the network sees it, and over it where the network sees a target. Draws what it is given: asks for no map.
import { useEffect, useMemo, useRef } from "react";
import styles from "./filmWithMap.module.css";
import { describeMap, normalise, paint, upsample } from "./heat";

interface FilmWithMapProps {
  /** Grey bytes, [size, size]. */
  pixels: Uint8Array;
  /** Side of the film in pixels. */
  size: number;
  /** [side, side], 0 or above, in any unit; null where there is none yet. */
  map: Float32Array | null;
  /** In the map's unit: what is drawn strongest. Left out, it is the map's own largest value. */
  most?: number | undefined;
  /** Cells a side of the map. */
  side: number;
  showMap: boolean;
  /** Of the film that the strongest place covers, from 0 to 1. */
  opacity?: number;
  /** What the film is, without a full stop: "Film 12, probability 0.91". Where the network looked most is added where the map is shown. */
  label: string;
}

/** As strong as the film can still be read below. */
export const DEFAULT_OPACITY = 0.6;

export function FilmWithMap({ pixels, size, map, most, side, showMap, opacity = DEFAULT_OPACITY, label }: FilmWithMapProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const values = useMemo(() => map && upsample(normalise(map, most), side, size), [map, most, side, size]);
  useEffect(() => {
    const painted = paint(pixels, showMap && values ? { values, opacity } : null);
    canvas.current?.getContext("2d")?.putImageData(new ImageData(painted, size, size), 0, 0);
  }, [pixels, size, values, showMap, opacity]);
  const seen = showMap && map ? `; ${describeMap(map, side)}` : "";
  return <canvas ref={canvas} className={styles.film} width={size} height={size} role="img" aria-label={`${label}${seen}.`} />;
}
