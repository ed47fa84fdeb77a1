// An engine for tests of the loop: logistic regression on the pixels, AdamW, plain arrays. Not a network, but a linear head without a body.
import { type Batch, countKnown, type Engine, type EngineSnapshot, type NamedArrays } from "../nn/engine";
import { showFilm } from "../nn/moveFilms";
import { createRandom } from "../nn/random";
import { sigmoid } from "../statistics/logistic";

const WEIGHT = "classifier.weight";
const BIAS = "classifier.bias";

export interface TestEngine extends Engine {
  /** Set to make a training step return something else than its loss, or throw. */
  onStep: (step: number, loss: number) => number;
}

export function createTestEngine(pixels: number, seed: number, classes = 1): TestEngine {
  const random = createRandom(seed, "init");
  const shapes = { [WEIGHT]: [classes, pixels], [BIAS]: [classes] };
  const model: NamedArrays = new Map(
    Object.entries(shapes).map(([name, shape]) => [
      name,
      { shape, data: Float32Array.from({ length: shape.reduce((size, side) => size * side, 1) }, () => random.normal() * 0.1) },
    ]),
  );
  let optimizer: NamedArrays = new Map();
  let optimizerSteps = 0;
  /** Of the model, from the first step that moves it; empty before. */
  let average: NamedArrays = new Map();
  const copy = (arrays: NamedArrays): NamedArrays =>
    new Map(Array.from(arrays, ([name, { shape, data }]) => [name, { shape, data: data.slice() }]));
  const array = (arrays: NamedArrays, name: string): Float32Array => arrays.get(name)!.data;

  const greysOf = (batch: Batch) => Array.from({ length: batch.count }, (_, film) => showFilm(batch, film));
  /** [count, classes] */
  const logitsOf = (greys: readonly Float32Array[], by = model): Float32Array =>
    Float32Array.from({ length: greys.length * classes }, (_, at) => {
      const [film, k] = [Math.floor(at / classes), at % classes];
      const weight = array(by, WEIGHT);
      let logit = array(by, BIAS)[k]!;
      for (let i = 0; i < pixels; i++) logit += weight[k * pixels + i]! * greys[film]![i]!;
      return logit;
    });

  const engine: TestEngine = {
    options: { arch: "densenet-mini", classes },
    onStep: (_, loss) => loss,
    prepare: async () => {},
    async trainStep(batch, step) {
      if (step.name !== "adamw") throw new Error("AdamW only");
      const gradients = new Map([
        [WEIGHT, new Float32Array(classes * pixels)],
        [BIAS, new Float32Array(classes)],
      ]);
      const known = countKnown(batch);
      let loss = 0;
      const greys = greysOf(batch);
      logitsOf(greys).forEach((logit, at) => {
        const [film, k] = [Math.floor(at / classes), at % classes];
        const target = batch.targets[at]!;
        if (target < 0) return;
        loss += (Math.max(logit, 0) - logit * target + Math.log1p(Math.exp(-Math.abs(logit)))) / known;
        const slope = (sigmoid(logit) - target) / known;
        gradients.get(BIAS)![k]! += slope;
        for (let i = 0; i < pixels; i++) {
          gradients.get(WEIGHT)![k * pixels + i]! += slope * greys[film]![i]!;
        }
      });
      if (step.restarts) {
        optimizer = new Map();
        optimizerSteps = 0;
      }
      if (optimizer.size === 0) {
        optimizer = new Map(
          ["exp_avg", "exp_avg_sq"].flatMap((moment) =>
            Array.from(model, ([name, { shape, data }]) => [`${moment}.${name}`, { shape, data: new Float32Array(data.length) }]),
          ),
        );
      }
      optimizerSteps++;
      const { lr, beta1, beta2, eps, weightDecay, averageDecay } = step;
      if (averageDecay !== undefined && average.size === 0) average = copy(model);
      for (const [name, gradient] of gradients) {
        const values = array(model, name);
        const mean = array(optimizer, `exp_avg.${name}`);
        const square = array(optimizer, `exp_avg_sq.${name}`);
        for (let i = 0; i < values.length; i++) {
          mean[i] = beta1 * mean[i]! + (1 - beta1) * gradient[i]!;
          square[i] = beta2 * square[i]! + (1 - beta2) * gradient[i]! ** 2;
          const denominator = Math.sqrt(square[i]! / (1 - beta2 ** optimizerSteps)) + eps;
          values[i] = values[i]! * (1 - lr * weightDecay) - (lr * mean[i]!) / (1 - beta1 ** optimizerSteps) / denominator;
        }
      }
      for (const [name, { data }] of averageDecay === undefined ? [] : average) {
        const values = array(model, name);
        for (let i = 0; i < data.length; i++) data[i] = averageDecay! * data[i]! + (1 - averageDecay!) * values[i]!;
      }
      return engine.onStep(optimizerSteps - 1, loss);
    },
    predict: async (batch) => logitsOf(greysOf(batch), average.size > 0 ? average : model),
    features: async (batch) => ({
      side: 1,
      channels: pixels,
      data: Float32Array.from(greysOf(batch).flatMap((film) => [...film])),
    }),
    snapshot: async () => ({ model: copy(model), optimizer: copy(optimizer), optimizerSteps, average: copy(average) }),
    restore: (snapshot: EngineSnapshot) => {
      for (const [name, { data }] of snapshot.model) array(model, name).set(data);
      optimizer = copy(snapshot.optimizer);
      optimizerSteps = snapshot.optimizerSteps;
      average = copy(snapshot.average);
    },
    memory: () => ({ gpuBytes: 4 * 3 * classes * (pixels + 1), tensors: model.size + optimizer.size }),
    dispose: () => {},
  };
  return engine;
}
