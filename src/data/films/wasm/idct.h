// The inverse DCT of one block, to the bit that of libjpeg's "islow": 13-bit constants, columns first, two bits kept between the passes.
#pragma once
#include "film.h"

typedef struct {
  v128_t row[8];
} Rows;

INLINE v128_t pair(i32 a, i32 b) { return wasm_i16x8_make(a, b, a, b, a, b, a, b); }

/** Four of the eight outputs' sums, over the interleaved input pairs (0,4) (2,6) (1,3) (5,7). */
INLINE void transformHalf(v128_t p04, v128_t p26, v128_t p13, v128_t p57, v128_t round, i32 shift, v128_t out[8]) {
  v128_t a = wasm_i32x4_add(wasm_i32x4_dot_i16x8(p04, pair(8192, 8192)), round);
  v128_t b = wasm_i32x4_add(wasm_i32x4_dot_i16x8(p04, pair(8192, -8192)), round);
  v128_t c = wasm_i32x4_dot_i16x8(p26, pair(10703, 4433));
  v128_t d = wasm_i32x4_dot_i16x8(p26, pair(4433, -10704));
  v128_t even[4] = {wasm_i32x4_add(a, c), wasm_i32x4_add(b, d), wasm_i32x4_sub(b, d), wasm_i32x4_sub(a, c)};
  v128_t odd[4] = {
      wasm_i32x4_add(wasm_i32x4_dot_i16x8(p13, pair(11363, 9633)), wasm_i32x4_dot_i16x8(p57, pair(6437, 2260))),
      wasm_i32x4_add(wasm_i32x4_dot_i16x8(p13, pair(9633, -2259)), wasm_i32x4_dot_i16x8(p57, pair(-11362, -6436))),
      wasm_i32x4_add(wasm_i32x4_dot_i16x8(p13, pair(6437, -11362)), wasm_i32x4_dot_i16x8(p57, pair(2261, 9633))),
      wasm_i32x4_add(wasm_i32x4_dot_i16x8(p13, pair(2260, -6436)), wasm_i32x4_dot_i16x8(p57, pair(9633, -11363))),
  };
  for (i32 i = 0; i < 4; i++) {
    out[i] = wasm_i32x4_shr(wasm_i32x4_add(even[i], odd[i]), shift);
    out[7 - i] = wasm_i32x4_shr(wasm_i32x4_sub(even[i], odd[i]), shift);
  }
}

INLINE v128_t zipLow(v128_t a, v128_t b) { return wasm_i16x8_shuffle(a, b, 0, 8, 1, 9, 2, 10, 3, 11); }
INLINE v128_t zipHigh(v128_t a, v128_t b) { return wasm_i16x8_shuffle(a, b, 4, 12, 5, 13, 6, 14, 7, 15); }

/** One pass over eight lanes; sums beyond 16 bits are limited, as libjpeg-turbo's SIMD does. */
INLINE Rows transform(const Rows *in, i32 shift) {
  v128_t round = wasm_i32x4_splat(1 << (shift - 1));
  v128_t low[8], high[8];
  const v128_t *r = in->row;
  transformHalf(zipLow(r[0], r[4]), zipLow(r[2], r[6]), zipLow(r[1], r[3]), zipLow(r[5], r[7]), round, shift, low);
  transformHalf(zipHigh(r[0], r[4]), zipHigh(r[2], r[6]), zipHigh(r[1], r[3]), zipHigh(r[5], r[7]), round, shift, high);
  Rows out;
  for (i32 i = 0; i < 8; i++) out.row[i] = wasm_i16x8_narrow_i32x4(low[i], high[i]);
  return out;
}

INLINE Rows transpose(const Rows *in) {
  const v128_t *r = in->row;
  // Three perfect shuffles of the eight rows.
  v128_t a[8], b[8];
  for (i32 i = 0; i < 4; i++) a[2 * i] = zipLow(r[i], r[i + 4]), a[2 * i + 1] = zipHigh(r[i], r[i + 4]);
  for (i32 i = 0; i < 4; i++) b[2 * i] = zipLow(a[i], a[i + 4]), b[2 * i + 1] = zipHigh(a[i], a[i + 4]);
  Rows out;
  for (i32 i = 0; i < 4; i++) out.row[2 * i] = zipLow(b[i], b[i + 4]), out.row[2 * i + 1] = zipHigh(b[i], b[i + 4]);
  return out;
}

/** Coefficients in natural order times their quantisers, to 8 x 8 grey levels: 16 bytes hold two rows. */
INLINE void inverseDct(const i16 *block, const i16 *quantisers, v128_t grey[4]) {
  Rows rows;
  for (i32 i = 0; i < 8; i++) rows.row[i] = wasm_i16x8_mul(wasm_v128_load(block + 8 * i), wasm_v128_load(quantisers + 8 * i));
  rows = transform(&rows, 11);
  rows = transpose(&rows);
  rows = transform(&rows, 18);
  rows = transpose(&rows);
  for (i32 i = 0; i < 4; i++) {
    v128_t limited = wasm_i8x16_narrow_i16x8(rows.row[2 * i], rows.row[2 * i + 1]);
    grey[i] = wasm_v128_xor(limited, wasm_i8x16_splat((char)0x80));
  }
}

/** A block whose only coefficient is its mean. */
INLINE v128_t levelOf(i32 mean, i32 quantiser) {
  i32 level = (((i16)(mean * quantiser) * 4 + 16) >> 5) + 128;
  return wasm_i8x16_splat((char)(level < 0 ? 0 : level > 255 ? 255 : level));
}
