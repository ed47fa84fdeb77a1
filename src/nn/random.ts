// Seeded generators, one for each purpose, keyed so that a resumed run draws what the uninterrupted one would have drawn.

/** What of a trial is drawn by its seed. */
export const TRIAL_PURPOSES = ["split", "balance", "shuffle", "finder", "init", "augment", "mixup", "dropout"] as const;
export type Purpose = (typeof TRIAL_PURPOSES)[number] | "drawn" | "bootstrap";

export interface Random {
  /** Uniform in [0, 1), 53 bits. */
  float(): number;
  /** Uniform integer in [0, n). @throws RangeError where n is not a positive integer */
  int(n: number): number;
  /** Standard normal (Box-Muller). */
  normal(): number;
}

/** MurmurHash3's finaliser over a running 32-bit state. */
function mix(hash: number, value: number): number {
  let h = Math.imul(hash ^ value, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/**
 * A generator for (seed, purpose, keys...), e.g. `createRandom(seed, "shuffle", epoch)`.
 * xoshiro128** (Blackman and Vigna 2018), its state filled from a hash of the keys.
 */
export function createRandom(seed: number, purpose: Purpose, ...keys: number[]): Random {
  let hash = mix(0x9e3779b9, seed | 0);
  hash = mix(hash, Math.floor(seed / 2 ** 32) | 0);
  for (const character of purpose) hash = mix(hash, character.charCodeAt(0));
  for (const key of keys) hash = mix(mix(hash, key | 0), 0x51ed270b);
  const state = new Uint32Array(4);
  for (let i = 0; i < 4; i++) {
    hash = mix(hash, 0x6d2b79f5 + i);
    state[i] = hash;
  }
  if (state.every((word) => word === 0)) state[0] = 1;

  let [s0, s1, s2, s3] = state as unknown as [number, number, number, number];
  const next = (): number => {
    const scrambled = Math.imul(s1, 5);
    const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9) >>> 0;
    const shifted = s1 << 9;
    s2 ^= s0;
    s3 ^= s1;
    s1 ^= s2;
    s0 ^= s3;
    s2 ^= shifted;
    s3 = (s3 << 11) | (s3 >>> 21);
    return result;
  };
  const float = () => ((next() >>> 5) * 67108864 + (next() >>> 6)) / 9007199254740992;
  return {
    float,
    int: (n) => {
      if (!Number.isInteger(n) || n <= 0) throw new RangeError(`int(${n}): a positive integer is needed`);
      return Math.floor(float() * n);
    },
    normal: () => Math.sqrt(-2 * Math.log(1 - float())) * Math.cos(2 * Math.PI * float()),
  };
}

/** Fisher-Yates, in place; returns its argument. */
export function shuffle<T extends { length: number; [index: number]: unknown }>(items: T, random: Random): T {
  for (let i = items.length - 1; i > 0; i--) {
    const j = random.int(i + 1);
    const kept = items[i];
    items[i] = items[j];
    items[j] = kept;
  }
  return items;
}
