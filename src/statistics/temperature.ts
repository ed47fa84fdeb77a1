// Temperature scaling: one number by which all logits are divided, fitted on films that the network was not trained on.
import { sigmoid } from "./logistic";

/** A temperature beyond these says that there is none: scores part the classes, or rank them the wrong way round. */
const LEAST = 1e-2;
const MOST = 1e2;

/**
 * The temperature T with the least mean negative log-likelihood of logits / T + shift (Guo et al. 2017). That is convex in 1 / T: Newton's
 * steps, halving the bracket where one would leave it.
 * @param shift what is added to logits on these films (correction.ts), as where they were not thinned out as the training films were
 * @returns null where the least does not lie between 0.01 and 100, as where every film is on its label's side or the order is no better than
 * chance, and where a class is missing
 */
export function fitTemperature(logits: ArrayLike<number>, labels: ArrayLike<number>, shift = 0): number | null {
  const positives = Array.prototype.filter.call(labels, (label) => label === 1).length;
  if (positives === 0 || positives === labels.length) return null;
  let [low, high] = [1 / MOST, 1 / LEAST];
  if (!(slope(logits, labels, shift, low).first < 0 && slope(logits, labels, shift, high).first > 0)) return null;
  let scale = 1;
  // Newton's last steps double the digits; a hundred halvings end at a float's own width.
  for (let step = 0; step < 100 && high - low > Number.EPSILON * scale; step++) {
    const { first, second } = slope(logits, labels, shift, scale);
    if (first === 0) break;
    if (first < 0) low = scale;
    else high = scale;
    const next = scale - first / second;
    const inside = next > low && next < high;
    if (inside && Math.abs(next - scale) <= 2 * Number.EPSILON * scale) break;
    scale = inside ? next : (low + high) / 2;
  }
  return 1 / scale;
}

/** First and second derivative, by the scale 1 / T, of the likelihood's negative logarithm, summed over films. */
function slope(
  logits: ArrayLike<number>,
  labels: ArrayLike<number>,
  shift: number,
  scale: number,
): { first: number; second: number } {
  let [first, second] = [0, 0];
  for (let film = 0; film < labels.length; film++) {
    const logit = logits[film]!;
    const probability = sigmoid(logit * scale + shift);
    first += (probability - labels[film]!) * logit;
    second += probability * (1 - probability) * logit * logit;
  }
  return { first, second };
}
