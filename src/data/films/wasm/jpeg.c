// Decodes the luma of a JPEG: 8 bits, Huffman-coded, sequential or progressive, grey or YCbCr. Colour is read past, nothing is upsampled,
// and what is not such a file is said to be NOT_PLAIN, for a general decoder. Paragraphs are ITU-T T.81's.
#include "entropy.h"
#include "idct.h"

#define MOST_PIXELS (1u << 26)

/** Zigzag to natural order (figure A.6); runs that lead past a block end in its 65th place. */
static const u8 NATURAL[128] = {
    0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,  12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6,  7,  14, 21, 28,
    35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
};

typedef struct {
  u8 id, across, down, quantiser;
  Codes *dc, *ac;
  i32 mean;
} Component;

typedef struct {
  u32 width, height, orientation;
  u8 *pixels;
} Film;

static Film film;
static Codes codes[2][4];
static i16 quantisers[4][64];
static u8 quantiserDefined[4];
static Component components[3];
static u32 componentCount;
static u32 progressive, restartInterval, adobeTransform, isJfif;
/** MCUs of an interleaved scan across and down. */
static u32 unitsAcross, unitsDown;
/** Of a progressive film: luma coefficients, blocks by rows, and for each how many low bits are still to come. */
static i16 *coefficients;
static u32 blocksAcross;
static u8 bitsToCome[64];
static u32 lumaSeen;
/** One block, and the place that runs past it end in. */
static _Alignas(16) i16 block[72];

EXPORT(filmWidth) u32 filmWidth(void) { return film.width; }
EXPORT(filmHeight) u32 filmHeight(void) { return film.height; }
/** EXIF's 1 to 8; 1 where the file says nothing. */
EXPORT(filmOrientation) u32 filmOrientation(void) { return film.orientation; }
/** [height, width], in the arena. */
EXPORT(filmPixels) u8 *filmPixels(void) { return film.pixels; }

static i32 beginsWith(const u8 *at, const u8 *end, const char *text) {
  while (*text && at < end && *at == (u8)*text) at++, text++;
  return !*text;
}

INLINE u32 word(const u8 *at) { return (u32)at[0] << 8 | at[1]; }

static i32 readQuantisers(const u8 *at, const u8 *end) {
  while (at < end) {
    u32 wide = *at >> 4, table = *at & 15, bytes = wide ? 128 : 64;
    if (wide > 1 || table > 3 || end - ++at < (i32)bytes) return DAMAGED;
    for (u32 k = 0; k < 64; k++) quantisers[table][NATURAL[k]] = (i16)(wide ? word(at + 2 * k) : at[k]);
    quantiserDefined[table] = 1;
    at += bytes;
  }
  return WHOLE;
}

static i32 readCodes(const u8 *at, const u8 *end) {
  while (at < end) {
    u32 kind = *at >> 4, table = *at & 15, total = 0;
    if (kind > 1 || table > 3 || end - ++at < 16) return DAMAGED;
    for (u32 i = 0; i < 16; i++) total += at[i];
    if (total > 256 || end - at < (i32)(16 + total) || !buildCodes(&codes[kind][table], at, at + 16, total)) return DAMAGED;
    at += 16 + total;
  }
  return WHOLE;
}

/** The orientation in EXIF's first directory (TIFF 6.0, tag 274), or 1. */
static u32 readOrientation(const u8 *at, const u8 *end) {
  if (end - at < 14 || !beginsWith(at, end, "Exif")) return 1;
  const u8 *tiff = at + 6;
  u32 little = tiff[0] == 'I';
#define SHORT(p) (little ? (u32)(p)[1] << 8 | (p)[0] : word(p))
#define LONG(p) (little ? SHORT((p) + 2) << 16 | SHORT(p) : word(p) << 16 | word((p) + 2))
  u32 offset = LONG(tiff + 4), length = (u32)(end - tiff);
  if (offset > length - 2) return 1;
  u32 entries = SHORT(tiff + offset);
  for (u32 i = 0, entry = offset + 2; i < entries && entry + 12 <= length; i++, entry += 12) {
    if (SHORT(tiff + entry) != 274) continue;
    u32 orientation = SHORT(tiff + entry + 8);
    return orientation >= 1 && orientation <= 8 ? orientation : 1;
  }
  return 1;
#undef SHORT
#undef LONG
}

static i32 readFrame(const u8 *at, const u8 *end) {
  if (film.width) return DAMAGED;
  if (end - at < 6) return DAMAGED;
  film.height = word(at + 1);
  film.width = word(at + 3);
  componentCount = at[5];
  if (at[0] != 8 || (componentCount != 1 && componentCount != 3) || !film.width || !film.height) return NOT_PLAIN;
  if ((u64)film.width * film.height > MOST_PIXELS) return NOT_PLAIN;
  if (end - at < (i32)(6 + 3 * componentCount)) return DAMAGED;
  u32 mostAcross = 1, mostDown = 1;
  for (u32 i = 0; i < componentCount; i++) {
    const u8 *given = at + 6 + 3 * i;
    Component *c = &components[i];
    *c = (Component){.id = given[0], .across = given[1] >> 4, .down = given[1] & 15, .quantiser = given[2]};
    if (c->across < 1 || c->across > 4 || c->down < 1 || c->down > 4 || c->quantiser > 3) return DAMAGED;
    if (c->across > mostAcross) mostAcross = c->across;
    if (c->down > mostDown) mostDown = c->down;
  }
  Component *luma = &components[0];
  if (luma->across < mostAcross || luma->down < mostDown) return NOT_PLAIN;
  if (componentCount == 3) {
    // As libjpeg guesses the colour space.
    i32 namedRgb = components[0].id == 'R' && components[1].id == 'G' && components[2].id == 'B';
    if (adobeTransform != 255 ? adobeTransform == 0 : namedRgb && !isJfif) return NOT_PLAIN;
  }
  unitsAcross = (film.width + 8 * mostAcross - 1) / (8 * mostAcross);
  unitsDown = (film.height + 8 * mostDown - 1) / (8 * mostDown);
  film.pixels = arenaTake((u64)film.width * film.height);
  if (!film.pixels) return NOT_PLAIN;
  if (progressive) {
    blocksAcross = unitsAcross * luma->across;
    u64 bytes = (u64)blocksAcross * unitsDown * luma->down * 64 * sizeof *coefficients;
    coefficients = arenaTake(bytes);
    if (!coefficients) return NOT_PLAIN;
    __builtin_memset(coefficients, 0, (u32)bytes);
    __builtin_memset(bitsToCome, 255, sizeof bitsToCome);
  }
  return WHOLE;
}

/** Places a block's levels in the film; what lies outside is cut off. */
INLINE void place(const v128_t grey[4], u32 column, u32 row) {
  u32 x = column * 8, y = row * 8;
  if (x >= film.width || y >= film.height) return;
  u8 *at = film.pixels + (u64)y * film.width + x;
  u32 rows = film.height - y < 8 ? film.height - y : 8;
  if (rows == 8 && film.width - x >= 8) {
    for (u32 i = 0; i < 4; i++, at += 2 * film.width) {
      wasm_v128_store64_lane(at, grey[i], 0);
      wasm_v128_store64_lane(at + film.width, grey[i], 1);
    }
    return;
  }
  u32 columns = film.width - x < 8 ? film.width - x : 8;
  const u8 *from = (const u8 *)grey;
  for (u32 i = 0; i < rows; i++, at += film.width, from += 8) __builtin_memcpy(at, from, columns);
}

INLINE void drawBlock(const i16 *levels, i32 onlyMean, u32 column, u32 row) {
  const i16 *by = quantisers[components[0].quantiser];
  v128_t grey[4];
  if (onlyMean) grey[0] = grey[1] = grey[2] = grey[3] = levelOf(levels[0], by[0]);
  else inverseDct(levels, by, grey);
  place(grey, column, row);
}

/** F.2.2. @returns whether the block's mean is all it has */
INLINE i32 readBlock(Bits *bits, Component *c) {
  for (u32 i = 0; i < 8; i++) wasm_v128_store(block + 8 * i, wasm_i16x8_splat(0));
  c->mean += takeEntry(bits, c->dc) >> 16;
  block[0] = (i16)c->mean;
  i32 onlyMean = 1;
  for (u32 k = 1; k < 64; k++) {
    i32 entry = takeEntry(bits, c->ac);
    k += (u32)entry >> 8 & 255;
    if (k > 63) break;
    block[NATURAL[k]] = (i16)(entry >> 16);
    onlyMean = 0;
  }
  return onlyMean;
}

typedef struct {
  u32 from, to, high, low, endRun;
} Band;

/** G.1.2.2, first scan of a band. */
INLINE void readBand(Bits *bits, const Codes *ac, Band *band, i16 *c) {
  if (band->endRun) {
    band->endRun--;
    return;
  }
  for (u32 k = band->from; k <= band->to; k++) {
    u32 symbol = takeSymbol(bits, ac), run = symbol >> 4, size = symbol & 15;
    if (size == 0 && run < 15) {
      band->endRun = (1u << run) - 1 + take(bits, run);
      return;
    }
    i32 value = extend(take(bits, size), size);
    k += run;
    if (size && k <= band->to) c[NATURAL[k]] = (i16)((u32)value << band->low);
  }
}

INLINE void refine(Bits *bits, i16 *c, i32 bit) {
  if (take(bits, 1) && !(*c & bit)) *c = (i16)(*c + (*c < 0 ? -bit : bit));
}

/** G.1.2.3, one more bit of a band. */
INLINE void refineBand(Bits *bits, const Codes *ac, Band *band, i16 *c) {
  i32 bit = 1 << band->low;
  u32 k = band->from;
  while (!band->endRun && k <= band->to) {
    u32 symbol = takeSymbol(bits, ac), run = symbol >> 4;
    i32 value = 0;
    if (symbol & 15) value = take(bits, 1) ? bit : -bit;
    else if (run < 15) {
      band->endRun = (1u << run) + take(bits, run);
      break;
    }
    for (; k <= band->to; k++) {
      i16 *at = &c[NATURAL[k]];
      if (*at) refine(bits, at, bit);
      else if (run-- == 0) break;
    }
    if (value && k <= band->to) c[NATURAL[k]] = (i16)value;
    k++;
  }
  if (!band->endRun) return;
  for (; k <= band->to; k++) if (c[NATURAL[k]]) refine(bits, &c[NATURAL[k]], bit);
  band->endRun--;
}

INLINE void readProgressive(Bits *bits, Component *c, Band *band, i16 *at) {
  if (band->from > 0) {
    if (band->high == 0) readBand(bits, c->ac, band, at);
    else refineBand(bits, c->ac, band, at);
  } else if (band->high == 0) {
    c->mean += takeEntry(bits, c->dc) >> 16;
    at[0] = (i16)((u32)c->mean << band->low);
  } else if (take(bits, 1)) at[0] |= (i16)(1 << band->low);
}

/** A marker's place in [at, end), or end: past entropy-coded data with its stuffed zeros, past fill bytes. */
static const u8 *findMarker(const u8 *at, const u8 *end) {
  for (; end - at >= 2; at++) if (at[0] == 0xff && at[1] != 0 && at[1] != 0xff) return at;
  return end;
}

INLINE i32 isRestart(const u8 *at, const u8 *end) { return at < end && (at[1] & 0xf8) == 0xd0; }

static i32 endOfData(Bits bits) { return findMarker(bits.next, bits.end) == bits.end ? CUT_SHORT : DAMAGED; }

typedef struct {
  Component *components[3];
  u32 count, unitsAcross, unitsDown, lumaWanted;
  Band band;
} Scan;

/** @returns through `next` where the data after the scan's begins */
static i32 readData(Scan *scan, const u8 **next, const u8 *end) {
  Bits bits = {.next = *next, .end = end};
  u32 untilRestart = restartInterval, restart = 0;
  for (u32 y = 0; y < scan->unitsDown; y++) {
    for (u32 x = 0; x < scan->unitsAcross; x++) {
      if (restartInterval && untilRestart-- == 0) {
        const u8 *marker = findMarker(bits.next, end);
        if (ranOut(&bits) || bits.bad || marker == end || marker[1] != (0xd0 | (restart++ & 7))) return endOfData(bits);
        bits = (Bits){.next = marker + 2, .end = end};
        for (u32 i = 0; i < scan->count; i++) scan->components[i]->mean = 0;
        scan->band.endRun = 0;
        untilRestart = restartInterval - 1;
      }
      for (u32 i = 0; i < scan->count; i++) {
        Component *c = scan->components[i];
        u32 isLuma = c == components, across = scan->count == 1 ? 1 : c->across, down = scan->count == 1 ? 1 : c->down;
        for (u32 v = 0; v < down; v++) {
          for (u32 h = 0; h < across; h++) {
            u32 column = x * across + h, row = y * down + v;
            if (progressive) readProgressive(&bits, c, &scan->band, isLuma ? coefficients + 64 * (row * blocksAcross + column) : block);
            else {
              i32 onlyMean = readBlock(&bits, c);
              if (isLuma) drawBlock(block, onlyMean, column, row);
            }
          }
        }
      }
    }
    if (ranOut(&bits)) return endOfData(bits);
    if (bits.bad) return DAMAGED;
  }
  *next = bits.next;
  return WHOLE;
}

static i32 readScan(const u8 *at, const u8 *end, const u8 **next, const u8 *fileEnd) {
  if (!film.width || at == end) return DAMAGED;
  Scan scan = {.count = at[0]};
  if (scan.count < 1 || scan.count > componentCount || end - at < (i32)(4 + 2 * scan.count)) return DAMAGED;
  const u8 *tail = at + 1 + 2 * scan.count;
  scan.band = progressive ? (Band){.from = tail[0], .to = tail[1], .high = tail[2] >> 4, .low = tail[2] & 15} : (Band){.to = 63};
  Band *band = &scan.band;
  if (band->to > 63 || band->from > band->to || band->low > 13 || (progressive && band->from == 0 && band->to > 0)) return DAMAGED;
  if (band->from > 0 && scan.count > 1) return DAMAGED;
  for (u32 i = 0; i < scan.count; i++) {
    const u8 *given = at + 1 + 2 * i;
    Component *c = components;
    while (c < components + componentCount && c->id != given[0]) c++;
    if (c == components + componentCount || given[1] >> 4 > 3 || (given[1] & 15) > 3) return DAMAGED;
    c->dc = &codes[0][given[1] >> 4];
    c->ac = &codes[1][given[1] & 15];
    c->mean = 0;
    if (!quantiserDefined[c->quantiser]) return DAMAGED;
    i32 needsDc = band->from == 0 && band->high == 0, needsAc = band->to > 0;
    if ((needsDc && !c->dc->defined) || (needsAc && !c->ac->defined)) return NOT_PLAIN;
    scan.components[i] = c;
    if (c == components) scan.lumaWanted = 1;
  }
  if (!scan.lumaWanted) {
    const u8 *marker = findMarker(*next, fileEnd);
    while (isRestart(marker, fileEnd)) marker = findMarker(marker + 2, fileEnd);
    *next = marker;
    return WHOLE;
  }
  scan.unitsAcross = scan.count == 1 ? (film.width + 7) / 8 : unitsAcross;
  scan.unitsDown = scan.count == 1 ? (film.height + 7) / 8 : unitsDown;
  for (u32 k = band->from; k <= band->to; k++) bitsToCome[k] = (u8)band->low;
  lumaSeen = 1;
  return readData(&scan, next, fileEnd);
}

/** @returns NOT_PLAIN where luma lacks bits, which decoders make up for in their own ways */
static i32 drawCoefficients(void) {
  for (u32 k = 0; k < 64; k++) if (bitsToCome[k]) return NOT_PLAIN;
  for (u32 row = 0; row * 8 < film.height; row++) {
    for (u32 column = 0; column * 8 < film.width; column++) {
      drawBlock(coefficients + 64 * (row * blocksAcross + column), 0, column, row);
    }
  }
  return WHOLE;
}

static i32 readSegment(u32 marker, const u8 *at, const u8 *end) {
  switch (marker) {
    case 0xdb: return readQuantisers(at, end);
    case 0xc4: return readCodes(at, end);
    case 0xdd:
      if (end - at < 2) return DAMAGED;
      restartInterval = word(at);
      return WHOLE;
    case 0xc0:
    case 0xc1:
    case 0xc2:
      progressive = marker == 0xc2;
      return readFrame(at, end);
    case 0xe0:
      if (beginsWith(at, end, "JFIF")) isJfif = 1;
      return WHOLE;
    case 0xe1:
      if (film.orientation == 1) film.orientation = readOrientation(at, end);
      return WHOLE;
    case 0xee:
      if (end - at >= 12 && beginsWith(at, end, "Adobe")) adobeTransform = at[11];
      return WHOLE;
    default:
      // Lossless, arithmetic and hierarchical frames, and DNL.
      return (marker >= 0xc3 && marker <= 0xcf) || marker == 0xdc ? NOT_PLAIN : WHOLE;
  }
}

static void forgetFile(void) {
  film = (Film){.orientation = 1};
  for (u32 kind = 0; kind < 2; kind++) for (u32 table = 0; table < 4; table++) codes[kind][table].defined = 0;
  __builtin_memset(quantiserDefined, 0, sizeof quantiserDefined);
  progressive = restartInterval = isJfif = lumaSeen = 0;
  adobeTransform = 255;
}

/** Decodes the file that lies where `take` said. @returns one of the status codes */
EXPORT(decodeJpeg) i32 decodeJpeg(const u8 *file, u32 length) {
  forgetFile();
  const u8 *end = file + length;
  const u8 *at = file;
  for (;;) {
    at = findMarker(at, end);
    if (at == end) return CUT_SHORT;
    u32 marker = at[1];
    at += 2;
    if (marker == 0xd9) break;
    // SOI, TEM and stray restarts have no length.
    if (marker == 0xd8 || marker == 0x01 || (marker & 0xf8) == 0xd0) continue;
    if (end - at < 2 || end - at < (i32)word(at)) return CUT_SHORT;
    if (word(at) < 2) return DAMAGED;
    const u8 *from = at + 2;
    at += word(at);
    i32 status = marker == 0xda ? readScan(from, at, &at, end) : readSegment(marker, from, at);
    if (status != WHOLE) return status;
  }
  if (!lumaSeen) return DAMAGED;
  return progressive ? drawCoefficients() : WHOLE;
}
