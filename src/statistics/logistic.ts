// Logits and probabilities.

/** Logistic function without overflow. */
export function sigmoid(logit: number): number {
  return logit >= 0 ? 1 / (1 + Math.exp(-logit)) : Math.exp(logit) / (1 + Math.exp(logit));
}

/** Its inverse: the log odds of a probability, without bound at 0 and 1. */
export function logOdds(probability: number): number {
  return Math.log(probability) - Math.log1p(-probability);
}
