// An engine for tests of the loop: logistic regression on the pixels, AdamW, plain arrays. Not a network.
import type { Batch, Engine, EngineSnapshot, NamedArrays } from "../nn/engine";
import { createRandom } from "../nn/random";
import { sigmoid } from "./metrics";

export interface TestEngine extends Engine {
  /** Set to make a training step return something else than its loss, or throw. */
  onStep: (step: number, loss: number) => number;
}

export function createTestEngine(pixels: number, seed: number): TestEngine {
  const random = createRandom(seed, "init");
  const shapes = { weight: [pixels], bias: [1] };
  const model: NamedArrays = new Map(
    Object.entries(shapes).map(([name, shape]) => [
      name,
      { shape, data: Float32Array.from({ length: shape[0] ?? 0 }, () => random.normal() * 0.1) },
    ]),
  );
  let optimizer: NamedArrays = new Map();
  let optimizerSteps = 0;
  const copy = (arrays: NamedArrays): NamedArrays =>
    new Map(Array.from(arrays, ([name, { shape, data }]) => [name, { shape, data: data.slice() }]));
  const array = (arrays: NamedArrays, name: string): Float32Array => arrays.get(name)!.data;

  const logitOf = (batch: Batch, film: number): number => {
    const weight = array(model, "weight");
    let logit = array(model, "bias")[0]!;
    for (let i = 0; i < pixels; i++) logit += (weight[i]! * batch.images.data[film * pixels + i]!) / 255;
    return logit;
  };

  const engine: TestEngine = {
    options: { arch: "densenet-mini", classes: 1, positiveWeight: 1 },
    onStep: (_, loss) => loss,
    prepare: async () => {},
    async trainStep(batch, step) {
      if (step.name !== "adamw") throw new Error("AdamW only");
      const gradients = new Map([
        ["weight", new Float32Array(pixels)],
        ["bias", new Float32Array(1)],
      ]);
      let loss = 0;
      for (let film = 0; film < batch.count; film++) {
        const logit = logitOf(batch, film);
        const target = batch.targets[film]!;
        loss += (Math.max(logit, 0) - logit * target + Math.log1p(Math.exp(-Math.abs(logit)))) / batch.count;
        const slope = (sigmoid(logit) - target) / batch.count;
        gradients.get("bias")![0]! += slope;
        for (let i = 0; i < pixels; i++) gradients.get("weight")![i]! += (slope * batch.images.data[film * pixels + i]!) / 255;
      }
      if (optimizer.size === 0) {
        optimizer = new Map(
          ["exp_avg", "exp_avg_sq"].flatMap((moment) =>
            Array.from(model, ([name, { shape, data }]) => [`${moment}.${name}`, { shape, data: new Float32Array(data.length) }]),
          ),
        );
      }
      optimizerSteps++;
      const { lr, beta1, beta2, eps, weightDecay } = step;
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
      return engine.onStep(optimizerSteps - 1, loss);
    },
    predict: async (batch) => Float32Array.from({ length: batch.count }, (_, film) => logitOf(batch, film)),
    snapshot: async () => ({ model: copy(model), optimizer: copy(optimizer), optimizerSteps }),
    restore: (snapshot: EngineSnapshot) => {
      for (const [name, { data }] of snapshot.model) array(model, name).set(data);
      optimizer = copy(snapshot.optimizer);
      optimizerSteps = snapshot.optimizerSteps;
    },
    memory: () => ({ gpuBytes: 4 * 3 * (pixels + 1), tensors: model.size + optimizer.size }),
    dispose: () => {},
  };
  return engine;
}
