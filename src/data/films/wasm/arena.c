// The arena: memory above the static data, grown as the largest film asks. Nothing is freed one by one.
#include "film.h"

#define PAGE 65536

extern u8 __heap_base;
static u64 used;

void arenaReset(void) { used = ((u32)&__heap_base + 15) & ~15u; }

void *arenaTake(u64 bytes) {
  u64 end = used + ((bytes + 15) & ~15ull);
  u64 held = (u64)__builtin_wasm_memory_size(0) * PAGE;
  if (end > held && (end >= 1ull << 32 || __builtin_wasm_memory_grow(0, (u32)((end - held + PAGE - 1) / PAGE)) == (u32)-1)) return 0;
  void *taken = (void *)(u32)used;
  used = end;
  return taken;
}

/** Forgets what earlier calls took and returned. */
EXPORT(begin) void begin(void) { arenaReset(); }

/** Where the caller lays `bytes` of input. */
EXPORT(take) void *take(u32 bytes) { return arenaTake(bytes); }
