// Films of a batch as the fused engine uploads them. Chooses no films and touches no GPU.
import { MOVE_FLOATS, STILL } from "../kernels/films";
import type { Batch, BatchImages } from "./engine";
import { QUAD } from "./fusedLayout";

type Films = Extract<BatchImages, { kind: "films" }>;
type Normalised = Extract<BatchImages, { kind: "normalised" }>;

/** The bytes of these films of a batch one after another, in whole words. */
export function gatherFilms({ data, size }: Films, films: readonly number[]): Uint8Array<ArrayBuffer> {
  const pixels = size * size;
  const bytes = new Uint8Array(Math.ceil((films.length * pixels) / 4) * 4);
  films.forEach((film, at) => {
    bytes.set(data.subarray(film * pixels, (film + 1) * pixels), at * pixels);
  });
  return bytes;
}

/** Their moves, [films, MOVE_FLOATS]. */
export function gatherMoves({ moves }: Pick<Batch, "moves">, films: readonly number[]): Float32Array<ArrayBuffer> {
  const gathered = new Float32Array(films.length * MOVE_FLOATS);
  films.forEach((film, at) => {
    gathered.set(moves?.subarray(film * MOVE_FLOATS, (film + 1) * MOVE_FLOATS) ?? STILL, at * MOVE_FLOATS);
  });
  return gathered;
}

/** [films, 3, pixels] from film `first` on, as pixels of a quad whose last channel is zero. */
export function toQuads({ data, size }: Normalised, first: number, films: number): Float32Array<ArrayBuffer> {
  const pixels = size * size;
  const quads = new Float32Array(films * pixels * QUAD);
  for (let film = 0; film < films; film++) {
    for (let channel = 0; channel < 3; channel++) {
      const from = ((first + film) * 3 + channel) * pixels;
      for (let pixel = 0; pixel < pixels; pixel++) {
        quads[(film * pixels + pixel) * QUAD + channel] = data[from + pixel] ?? 0;
      }
    }
  }
  return quads;
}
