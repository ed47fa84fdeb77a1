// What the parts of films.wasm share: types, status codes and the one arena that every call fills anew. No libc.
#pragma once
#include <wasm_simd128.h>

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef short i16;
typedef int i32;

#define EXPORT(name) __attribute__((export_name(#name)))
#define INLINE static inline __attribute__((always_inline))

/** As jpeg.ts reads them. */
enum { WHOLE, NOT_PLAIN, CUT_SHORT, DAMAGED };

/** 16-byte aligned memory that stays until the next `arenaReset`; null where WebAssembly's memory ends. */
void *arenaTake(u64 bytes);
void arenaReset(void);

INLINE u32 roundUp(u32 value, u32 step) { return (value + step - 1) / step * step; }
