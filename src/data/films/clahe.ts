// Contrast limited adaptive histogram equalisation of 8-bit grey images. It changes no size.
import type { GreyImage } from "./resize";

/** OpenCV's defaults but for the clip limit, which radiology keeps low: 40 there turns noise of the lung fields into structure. */
const TILES = 8;
const CLIP_LIMIT = 2;
const BINS = 256;

/**
 * Equal to OpenCV's `createCLAHE(clipLimit=2.0, tileGridSize=(8, 8)).apply(image)` (modules/imgproc/src/clahe.cpp, after Zuiderveld,
 * Graphics Gems IV, 1994): a clipped histogram a tile, and between the tiles' tables bilinear interpolation.
 */
export function equalise({ width, height, data }: GreyImage): GreyImage {
  const even = width % TILES === 0 && height % TILES === 0;
  // Where the tiles do not fit, the image is mirrored past its right and lower edges until they do.
  const tileWidth = even ? width / TILES : (width + TILES - (width % TILES)) / TILES;
  const tileHeight = even ? height / TILES : (height + TILES - (height % TILES)) / TILES;
  const tables = Array.from({ length: TILES * TILES }, (_, tile) => {
    const histogram = countTile(
      { width, height, data },
      (tile % TILES) * tileWidth,
      Math.floor(tile / TILES) * tileHeight,
      tileWidth,
      tileHeight,
    );
    return makeTable(histogram, tileWidth * tileHeight);
  });
  const across = Array.from({ length: width }, (_, x) => placeBetween(x, tileWidth));
  const out = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const down = placeBetween(y, tileHeight);
    for (let x = 0; x < width; x++) {
      const value = data[y * width + x]!;
      const { first, second, weight } = across[x]!;
      const at = (row: number, column: number) => tables[row * TILES + column]![value]!;
      const upper = fround(fround(at(down.first, first) * (1 - weight)) + fround(at(down.first, second) * weight));
      const lower = fround(fround(at(down.second, first) * (1 - weight)) + fround(at(down.second, second) * weight));
      out[y * width + x] = roundToEven(fround(fround(upper * fround(1 - down.weight)) + fround(lower * down.weight)));
    }
  }
  return { width, height, data: out };
}

/** OpenCV computes in single precision. */
const { fround } = Math;

function countTile(image: GreyImage, left: number, top: number, width: number, height: number): Uint32Array {
  const histogram = new Uint32Array(BINS);
  for (let y = top; y < top + height; y++) {
    const row = mirror(y, image.height) * image.width;
    for (let x = left; x < left + width; x++) histogram[image.data[row + mirror(x, image.width)]!]! += 1;
  }
  return histogram;
}

/** Past the last pixel back again without repeating it (BORDER_REFLECT_101). */
function mirror(at: number, length: number): number {
  if (length === 1) return 0;
  let place = at;
  while (place >= length || place < 0) place = place < 0 ? -place : 2 * (length - 1) - place;
  return place;
}

function makeTable(histogram: Uint32Array, pixels: number): Uint8Array {
  const limit = Math.max(1, Math.trunc((CLIP_LIMIT * pixels) / BINS));
  let clipped = 0;
  for (let bin = 0; bin < BINS; bin++) {
    clipped += Math.max(0, histogram[bin]! - limit);
    histogram[bin] = Math.min(histogram[bin]!, limit);
  }
  const each = Math.floor(clipped / BINS);
  let rest = clipped - each * BINS;
  const step = Math.max(1, Math.floor(BINS / Math.max(1, rest)));
  for (let bin = 0; bin < BINS; bin++) {
    histogram[bin]! += each;
    if (rest > 0 && bin % step === 0) {
      histogram[bin]! += 1;
      rest--;
    }
  }
  const scale = fround(255 / pixels);
  const table = new Uint8Array(BINS);
  let sum = 0;
  for (let bin = 0; bin < BINS; bin++) {
    sum += histogram[bin]!;
    table[bin] = roundToEven(fround(sum * scale));
  }
  return table;
}

/** The tiles whose middles lie before and after a pixel, and how near it is to the second. */
function placeBetween(at: number, tileLength: number): { first: number; second: number; weight: number } {
  const place = fround(fround(at * fround(1 / tileLength)) - 0.5);
  const first = Math.floor(place);
  return { first: Math.max(0, first), second: Math.min(TILES - 1, first + 1), weight: fround(place - first) };
}

/** C's `lrint`, by which OpenCV rounds. */
function roundToEven(value: number): number {
  const rounded = Math.round(value);
  return Math.min(255, rounded - value === 0.5 && rounded % 2 === 1 ? rounded - 1 : rounded);
}
