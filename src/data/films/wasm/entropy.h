// Bits and Huffman codes of a JPEG's entropy-coded data (ITU-T T.81, F.2.2). Knows neither blocks nor scans.
#pragma once
#include "film.h"

#define LOOK_BITS 10

typedef struct {
  /** The next bits, the first of them the highest. */
  u64 buffer;
  i32 count;
  /** Zeros put in for want of data. Where fewer bits than these are left, they were used: the data ended early. */
  i32 missing;
  const u8 *next;
  const u8 *end;
  /** A code was met that no symbol has. */
  i32 bad;
} Bits;

typedef struct {
  /** By the next LOOK_BITS bits: value << 16 | zeros before it << 8 | bits of code and value; 0 where they do not fit. */
  i32 whole[1 << LOOK_BITS];
  /** By the same bits: length of the code << 8 | its symbol; 0 where the code is longer. */
  u16 code[1 << LOOK_BITS];
  /** For each length: codes of it are below this, both filled up to 16 bits. */
  u32 limit[17];
  /** For each length: index of a code's symbol, less the code. */
  i32 offset[17];
  u8 symbols[256];
  u8 defined;
} Codes;

/** Run that leads past the block: its end. */
#define END_OF_BLOCK 64

INLINE i32 extend(u32 bits, u32 size) { return bits < (1u << size >> 1) ? (i32)bits - (1 << size) + 1 : (i32)bits; }

INLINE i32 toEntry(i32 value, u32 run, u32 bits) { return (i32)((u32)value << 16 | run << 8 | bits); }

INLINE u32 runOf(u32 symbol) { return (symbol & 15) || symbol == 0xf0 ? symbol >> 4 : END_OF_BLOCK; }

/** From DHT's counts by length and symbols (T.81, C.2). @returns 0 where there are more codes than bits can tell apart */
static i32 buildCodes(Codes *codes, const u8 *counts, const u8 *symbols, u32 total) {
  __builtin_memset(codes, 0, sizeof *codes);
  __builtin_memcpy(codes->symbols, symbols, total);
  u32 code = 0, index = 0;
  for (u32 length = 1; length <= 16; length++, code <<= 1) {
    codes->offset[length] = (i32)index - (i32)code;
    if (code + counts[length - 1] > 1u << length) return 0;
    for (u32 i = 0; i < counts[length - 1]; i++, code++, index++) {
      if (length > LOOK_BITS) continue;
      u32 symbol = symbols[index], size = symbol & 15, spare = LOOK_BITS - length;
      for (u32 rest = 0; rest < 1u << spare; rest++) {
        u32 at = code << spare | rest;
        codes->code[at] = (u16)(length << 8 | symbol);
        if (size <= spare) codes->whole[at] = toEntry(extend(rest >> (spare - size), size), runOf(symbol), length + size);
      }
    }
    codes->limit[length] = code << (16 - length);
  }
  codes->defined = 1;
  return 1;
}

/** Slow ways are calls on a copy: were the reader's own address given away, it could not be kept in registers. */
#define ON_COPY(bits, call) ({ Bits copy = *(bits); __auto_type result = (call); *(bits) = copy; result; })

static __attribute__((noinline)) i32 refillByBytes(Bits *bits) {
  while (bits->count <= 56) {
    u32 byte = 0;
    const u8 *at = bits->next;
    while (at < bits->end && *at == 0xff) at++;
    if (at == bits->next && at < bits->end) byte = *bits->next++;
    else if (at > bits->next && at < bits->end && *at == 0) byte = 0xff, bits->next = at + 1;
    // A marker, or the end of the file.
    else bits->missing += 8;
    bits->buffer |= (u64)byte << (56 - bits->count);
    bits->count += 8;
  }
  return bits->count;
}

/** Makes sure of 32 bits: enough for any code and its value. */
INLINE void refill(Bits *bits) {
  if (bits->count >= 32) return;
  if (bits->end - bits->next >= 4) {
    u32 four;
    __builtin_memcpy(&four, bits->next, 4);
    // None of them is FF.
    if (!(four & ~(four + 0x01010101) & 0x80808080)) {
      bits->buffer |= (u64)__builtin_bswap32(four) << (32 - bits->count);
      bits->count += 32;
      bits->next += 4;
      return;
    }
  }
  ON_COPY(bits, refillByBytes(&copy));
}

INLINE void skip(Bits *bits, u32 count) {
  bits->buffer <<= count;
  bits->count -= (i32)count;
}

/** The next `count` bits, at most 16. */
INLINE u32 take(Bits *bits, u32 count) {
  refill(bits);
  u32 taken = (u32)(bits->buffer >> 32 >> (32 - count));
  skip(bits, count);
  return taken;
}

static __attribute__((noinline)) u32 takeSymbolSlowly(Bits *bits, const Codes *codes) {
  refill(bits);
  u32 code = codes->code[bits->buffer >> (64 - LOOK_BITS)];
  if (code) return skip(bits, code >> 8), code & 255;
  u32 sixteen = (u32)(bits->buffer >> 48);
  for (u32 length = LOOK_BITS + 1; length <= 16; length++) {
    if (sixteen >= codes->limit[length]) continue;
    skip(bits, length);
    return codes->symbols[(codes->offset[length] + (i32)(sixteen >> (16 - length))) & 255];
  }
  bits->bad = 1;
  return 0;
}

INLINE u32 takeSymbol(Bits *bits, const Codes *codes) { return ON_COPY(bits, takeSymbolSlowly(&copy, codes)); }

/** A run and the value that ends it: value << 16 | run << 8 | anything. */
INLINE i32 takeEntry(Bits *bits, const Codes *codes) {
  refill(bits);
  u32 ahead = (u32)(bits->buffer >> (64 - LOOK_BITS));
  i32 entry = codes->whole[ahead];
  if (entry & 255) {
    skip(bits, (u32)entry & 255);
    return entry;
  }
  u32 code = codes->code[ahead], symbol = code & 255;
  if (code) skip(bits, code >> 8);
  else symbol = takeSymbol(bits, codes);
  u32 size = symbol & 15;
  // A code of 16 bits and a value of 15 are fewer than the 32 there are.
  u32 value = (u32)(bits->buffer >> 32 >> (32 - size));
  skip(bits, size);
  return toEntry(extend(value, size), runOf(symbol), 0);
}

INLINE i32 ranOut(const Bits *bits) { return bits->count < bits->missing; }
