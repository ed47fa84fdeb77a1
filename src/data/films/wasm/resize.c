// Pillow's two-pass resampling of 8-bit grey (src/libImaging/Resample.c), sixteen columns at a time. The weights come from resize.ts.
#include "film.h"

#define PRECISION_BITS 22

/** For each output row: its first input row, how many, and their weights, `taps` apart. */
typedef struct {
  const i32 *first, *counts, *weights;
  u32 taps;
} Filter;

/** As resize.ts lays it down. */
INLINE Filter filterAt(const i32 *data, u32 size, u32 taps) { return (Filter){data, data + size, data + 2 * size, taps}; }

/** Input rows to `rows` output rows; `stride` is a multiple of 16 in both. */
static void resizeColumns(const u8 *from, u8 *to, u32 stride, u32 rows, Filter filter) {
  const v128_t half = wasm_i32x4_splat(1 << (PRECISION_BITS - 1));
  for (u32 y = 0; y < rows; y++, to += stride) {
    const u8 *top = from + (u64)filter.first[y] * stride;
    const i32 *weights = filter.weights + y * filter.taps;
    for (u32 x = 0; x < stride; x += 16) {
      v128_t a = half, b = half, c = half, d = half;
      const u8 *at = top + x;
      for (i32 i = 0; i < filter.counts[y]; i++, at += stride) {
        v128_t weight = wasm_v128_load32_splat(weights + i), bytes = wasm_v128_load(at);
        v128_t low = wasm_u16x8_extend_low_u8x16(bytes), high = wasm_u16x8_extend_high_u8x16(bytes);
        a = wasm_i32x4_add(a, wasm_i32x4_mul(wasm_u32x4_extend_low_u16x8(low), weight));
        b = wasm_i32x4_add(b, wasm_i32x4_mul(wasm_u32x4_extend_high_u16x8(low), weight));
        c = wasm_i32x4_add(c, wasm_i32x4_mul(wasm_u32x4_extend_low_u16x8(high), weight));
        d = wasm_i32x4_add(d, wasm_i32x4_mul(wasm_u32x4_extend_high_u16x8(high), weight));
      }
      v128_t low = wasm_i16x8_narrow_i32x4(wasm_i32x4_shr(a, PRECISION_BITS), wasm_i32x4_shr(b, PRECISION_BITS));
      v128_t high = wasm_i16x8_narrow_i32x4(wasm_i32x4_shr(c, PRECISION_BITS), wasm_i32x4_shr(d, PRECISION_BITS));
      wasm_v128_store(to + x, wasm_u8x16_narrow_i16x8(low, high));
    }
  }
}

/** A 16 x 16 tile turned over its diagonal, by four perfect shuffles of its rows. */
INLINE void transposeTile(const u8 *from, u32 fromStride, u8 *to, u32 toStride) {
  v128_t a[16], b[16];
  for (u32 i = 0; i < 16; i++) a[i] = wasm_v128_load(from + i * fromStride);
  for (u32 pass = 0; pass < 4; pass++) {
    for (u32 i = 0; i < 8; i++) {
      b[2 * i] = wasm_i8x16_shuffle(a[i], a[i + 8], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      b[2 * i + 1] = wasm_i8x16_shuffle(a[i], a[i + 8], 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    }
    for (u32 i = 0; i < 16; i++) a[i] = b[i];
  }
  for (u32 i = 0; i < 16; i++) wasm_v128_store(to + i * toStride, a[i]);
}

/** [height, fromStride] to [width, toStride], in whole tiles: both hold rows up to the next multiple of 16. */
static void transpose(const u8 *from, u32 fromStride, u8 *to, u32 toStride, u32 width, u32 height) {
  for (u32 y = 0; y < height; y += 16) {
    for (u32 x = 0; x < width; x += 16) transposeTile(from + y * fromStride + x, fromStride, to + x * toStride + y, toStride);
  }
}

static u8 *takeTiles(u32 stride, u32 rows) { return arenaTake((u64)stride * roundUp(rows, 16) + 16); }

/**
 * [height, width] to [toHeight, toWidth], rows first; `across` and `down` have no taps where that side stays as it is. The result lies
 * at the address returned, its rows `toWidth` rounded up to 16 apart; null where memory ends.
 */
EXPORT(resize)
u8 *resize(const u8 *image, u32 width, u32 height, u32 toWidth, u32 toHeight, const i32 *across, u32 acrossTaps, const i32 *down,
           u32 downTaps) {
  u32 stride = roundUp(toWidth, 16), tall = roundUp(height, 16);
  u8 *rows = takeTiles(stride, height);
  if (!rows) return 0;
  if (acrossTaps) {
    u8 *turned = takeTiles(tall, width), *resized = takeTiles(tall, toWidth);
    if (!turned || !resized) return 0;
    transpose(image, width, turned, tall, width, height);
    resizeColumns(turned, resized, tall, toWidth, filterAt(across, toWidth, acrossTaps));
    transpose(resized, tall, rows, stride, height, toWidth);
  } else {
    for (u32 y = 0; y < height; y++) __builtin_memcpy(rows + (u64)y * stride, image + (u64)y * width, width);
  }
  if (!downTaps) return rows;
  u8 *resized = takeTiles(stride, toHeight);
  if (resized) resizeColumns(rows, resized, stride, toHeight, filterAt(down, toHeight, downTaps));
  return resized;
}
