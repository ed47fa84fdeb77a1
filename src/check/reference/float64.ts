// The network's operations as mathematics defines them, in float64 and as slowly as that takes: what kernels are measured against.
// Knows no GPU, no quads and no tiles. Gradients are written where a sum defines them; else a test takes differences.

/** [images, height, width, channels] */
export interface Images {
  images: number;
  height: number;
  width: number;
  channels: number;
  data: Float64Array;
}

export interface ConvolutionWindow {
  side: number;
  stride: number;
  pad: number;
}

export const ONE_BY_ONE: ConvolutionWindow = { side: 1, stride: 1, pad: 0 };
export const THREE_BY_THREE: ConvolutionWindow = { side: 3, stride: 1, pad: 1 };

const value = (array: ArrayLike<number>, at: number): number => array[at] ?? Number.NaN;

export const makeImages = (shape: Omit<Images, "data">, fill?: (at: number) => number): Images => ({
  ...shape,
  data: Float64Array.from({ length: shape.images * shape.height * shape.width * shape.channels }, (_, at) => fill?.(at) ?? 0),
});

/** Each value with its channel. */
export const mapImages = (x: Images, use: (value: number, channel: number, at: number) => number): Images => ({
  ...x,
  data: x.data.map((one, at) => use(one, at % x.channels, at)),
});

/** x * scale + shift */
export const scaleAndShift = (x: Images, scale: ArrayLike<number>, shift: ArrayLike<number>): Images =>
  mapImages(x, (one, channel) => one * value(scale, channel) + value(shift, channel));

/** max(0, x * scale + shift) */
export const activate = (x: Images, scale: ArrayLike<number>, shift: ArrayLike<number>): Images =>
  mapImages(scaleAndShift(x, scale, shift), (one) => Math.max(0, one));

export const outputSide = (side: number, window: ConvolutionWindow) =>
  Math.floor((side + 2 * window.pad - window.side) / window.stride) + 1;

/** Every product of a convolution: places in the input, the weights [y, x, in, out] and the output. */
function eachProduct(
  x: Omit<Images, "data">,
  outChannels: number,
  window: ConvolutionWindow,
  use: (input: number, weight: number, output: number) => void,
): void {
  const { side, stride, pad } = window;
  const [outHeight, outWidth] = [outputSide(x.height, window), outputSide(x.width, window)];
  for (let pixel = 0; pixel < x.images * outHeight * outWidth; pixel++) {
    const image = Math.floor(pixel / (outHeight * outWidth));
    for (let tap = 0; tap < side * side; tap++) {
      const iy = (Math.floor(pixel / outWidth) % outHeight) * stride - pad + Math.floor(tap / side);
      const ix = (pixel % outWidth) * stride - pad + (tap % side);
      if (iy < 0 || ix < 0 || iy >= x.height || ix >= x.width) continue;
      const from = ((image * x.height + iy) * x.width + ix) * x.channels;
      for (let i = 0; i < x.channels; i++) {
        for (let o = 0; o < outChannels; o++) {
          use(from + i, (tap * x.channels + i) * outChannels + o, pixel * outChannels + o);
        }
      }
    }
  }
}

/** Cross-correlation, as networks call a convolution; weights lie as [y, x, in, out]. */
export function convolve(x: Images, weights: ArrayLike<number>, outChannels: number, window: ConvolutionWindow): Images {
  const [height, width] = [outputSide(x.height, window), outputSide(x.width, window)];
  const out = makeImages({ images: x.images, height, width, channels: outChannels });
  eachProduct(x, outChannels, window, (input, weight, output) => {
    out.data[output] = value(out.data, output) + value(x.data, input) * value(weights, weight);
  });
  return out;
}

/** The gradients of sum(slope * convolve(x, weights)): the same products, each seen from its two factors. */
export function convolveBack(
  x: Images,
  weights: ArrayLike<number>,
  slope: Images,
  window: ConvolutionWindow,
): { input: Images; weights: Float64Array } {
  const input = makeImages(x);
  const ofWeights = new Float64Array(weights.length);
  eachProduct(x, slope.channels, window, (i, w, o) => {
    input.data[i] = value(input.data, i) + value(weights, w) * value(slope.data, o);
    ofWeights[w] = value(ofWeights, w) + value(x.data, i) * value(slope.data, o);
  });
  return { input, weights: ofWeights };
}

/** Of each channel: mean and biased variance over all pixels. */
export function findMoments({ channels, data }: Images): { mean: Float64Array; variance: Float64Array } {
  const pixels = data.length / channels;
  const average = (of: (value: number, channel: number) => number) => {
    const sums = new Float64Array(channels);
    data.forEach((one, at) => {
      sums[at % channels] = value(sums, at % channels) + of(one, at % channels) / pixels;
    });
    return sums;
  };
  const mean = average((one) => one);
  return { mean, variance: average((one, channel) => (one - value(mean, channel)) ** 2) };
}

export const sumChannels = ({ channels, data }: Images): Float64Array => {
  const sums = new Float64Array(channels);
  data.forEach((one, at) => {
    sums[at % channels] = value(sums, at % channels) + one;
  });
  return sums;
};

/** BatchNorm by the batch's own moments. */
export function normaliseByBatch(x: Images, gamma: ArrayLike<number>, beta: ArrayLike<number>, epsilon: number): Images {
  const { mean, variance } = findMoments(x);
  const scale = variance.map((one, channel) => value(gamma, channel) / Math.sqrt(one + epsilon));
  return scaleAndShift(
    x,
    scale,
    mean.map((one, channel) => value(beta, channel) - one * value(scale, channel)),
  );
}

/** BatchNorm by the batch's own moments, then ReLU. */
export const normaliseAndActivate = (...args: Parameters<typeof normaliseByBatch>): Images =>
  mapImages(normaliseByBatch(...args), (one) => Math.max(0, one));

/** For each value of a pooled array: the places of the input under its window, in reading order, those that lie within. */
function eachPooled(x: Omit<Images, "data">, window: ConvolutionWindow, use: (output: number, inputs: number[]) => void): void {
  const { side, stride, pad } = window;
  const [height, width] = [outputSide(x.height, window), outputSide(x.width, window)];
  for (let at = 0; at < x.images * height * width * x.channels; at++) {
    const pixel = Math.floor(at / x.channels);
    const image = Math.floor(pixel / (height * width));
    const inputs: number[] = [];
    for (let tap = 0; tap < side * side; tap++) {
      const iy = (Math.floor(pixel / width) % height) * stride - pad + Math.floor(tap / side);
      const ix = (pixel % width) * stride - pad + (tap % side);
      if (iy < 0 || ix < 0 || iy >= x.height || ix >= x.width) continue;
      inputs.push(((image * x.height + iy) * x.width + ix) * x.channels + (at % x.channels));
    }
    use(at, inputs);
  }
}

const makePooled = (x: Images, window: ConvolutionWindow) =>
  makeImages({ ...x, height: outputSide(x.height, window), width: outputSide(x.width, window) });

/** The first place that holds the maximum. */
const findMaximum = ({ data }: Images, places: number[]): number =>
  places.reduce((best, place) => (value(data, place) > value(data, best) ? place : best), places[0] ?? -1);

export function poolMaximum(x: Images, window: ConvolutionWindow): Images {
  const out = makePooled(x, window);
  eachPooled(x, window, (output, inputs) => {
    out.data[output] = value(x.data, findMaximum(x, inputs));
  });
  return out;
}

/** The gradient of sum(slope * poolMaximum(x)): to the first of equal maxima. */
export function poolMaximumBack(x: Images, slope: Images, window: ConvolutionWindow): Images {
  const back = makeImages(x);
  eachPooled(x, window, (output, inputs) => {
    const place = findMaximum(x, inputs);
    back.data[place] = value(back.data, place) + value(slope.data, output);
  });
  return back;
}

export function poolAverage(x: Images, window: ConvolutionWindow): Images {
  const out = makePooled(x, window);
  eachPooled(x, window, (output, inputs) => {
    out.data[output] = inputs.reduce((sum, place) => sum + value(x.data, place), 0) / inputs.length;
  });
  return out;
}

export function poolAverageBack(x: Images, slope: Images, window: ConvolutionWindow): Images {
  const back = makeImages(x);
  eachPooled(x, window, (output, inputs) => {
    for (const place of inputs) back.data[place] = value(back.data, place) + value(slope.data, output) / inputs.length;
  });
  return back;
}

/** sum(a * b): with random `b` a scalar whose gradient tells every value of `a` apart. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += value(a, at) * value(b, at);
  return sum;
}

/** The central difference of `loss` in one entry of `values`, which it reads. Good to about 1e-9 where no kink is near. */
export function differentiate(loss: () => number, values: Float64Array, at: number): number {
  const kept = value(values, at);
  const step = 1e-5;
  values[at] = kept + step;
  const above = loss();
  values[at] = kept - step;
  const below = loss();
  values[at] = kept;
  return (above - below) / (2 * step);
}

/** The gradient in all of `values`, or in the entries named. */
export const findGradient = (loss: () => number, values: Float64Array, entries?: readonly number[]): Float64Array =>
  Float64Array.from(entries ?? values.keys(), (at) => differentiate(loss, values, at));

/** Distance over norm; where all should be zero, the distance. */
export function measureDistance(got: ArrayLike<number>, want: ArrayLike<number>): number {
  const away = Float64Array.from(want, (one, at) => value(got, at) - one);
  return Math.sqrt(dot(away, away)) / (Math.sqrt(dot(want, want)) || 1);
}
