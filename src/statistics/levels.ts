// Films sorted by score, once: equal scores share a level. All that depends on the order of scores only is taken from counts of levels.

export interface Levels {
  /** [films] Each film's level; 0 is that of the highest score. */
  of: Uint32Array;
  /** [levels] The distinct scores, highest first. */
  scores: Float64Array;
}

/** Both [levels]. */
export interface LevelCounts {
  positives: Float64Array;
  negatives: Float64Array;
}

export function rankScores(scores: ArrayLike<number>): Levels {
  const order = Uint32Array.from({ length: scores.length }, (_, film) => film).sort((a, b) => scores[b]! - scores[a]!);
  const of = new Uint32Array(order.length);
  const distinct: number[] = [];
  for (const film of order) {
    const score = scores[film]!;
    if (distinct.at(-1) !== score) distinct.push(score);
    of[film] = distinct.length - 1;
  }
  return { of, scores: Float64Array.from(distinct) };
}

/**
 * @param weights how often each film counts, once where left out
 * @param into counts of as many levels, to be overwritten
 */
export function countLevels(
  levels: Levels,
  labels: ArrayLike<number>,
  weights?: ArrayLike<number>,
  into: LevelCounts = makeCounts(levels),
): LevelCounts {
  into.positives.fill(0);
  into.negatives.fill(0);
  for (let film = 0; film < labels.length; film++) {
    const counts = labels[film] === 1 ? into.positives : into.negatives;
    counts[levels.of[film]!]! += weights ? weights[film]! : 1;
  }
  return into;
}

export function makeCounts(levels: Levels): LevelCounts {
  return { positives: new Float64Array(levels.scores.length), negatives: new Float64Array(levels.scores.length) };
}

export function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
