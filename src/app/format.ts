// How counts and rates are written, in the lab's sentences and on the page. The page's own figures are ui/parts/format.ts.

const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** 27,000 */
export function formatCount(n: number): string {
  return whole.format(n);
}

/** 1 film, 27,000 films */
export function formatPlural(n: number, noun: string): string {
  return `${formatCount(n)} ${noun}${n === 1 ? "" : "s"}`;
}

/** 7.4e-2 */
export function formatLr(lr: number): string {
  return Number.isFinite(lr) ? lr.toExponential(1).replace("e+", "e") : "–";
}
