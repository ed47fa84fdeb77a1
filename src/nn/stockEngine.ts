// The engine in stock TF.js operations: the readable definition that every faster one is held against. Runs on whichever TF.js
// backend is set; not fast, and not frugal with memory.
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-core/dist/register_all_gradients";
import { NORMALISATION } from "../protocol/settings";
import { type BatchStatistics, NORM_EPSILON, NORM_MOMENTUM, normaliseBatch } from "./batchNorm";
import { DENSENETS, denseNet, listArrays } from "./densenet";
import {
  type Batch,
  beforeTraining,
  checkBatch,
  countKnown,
  type Engine,
  type EngineOptions,
  type EngineSnapshot,
  listPositiveWeights,
  type NamedArrays,
  type OptimizerStep,
} from "./engine";
import { initialise } from "./initialise";
import { binaryCrossEntropy } from "./loss";
import { showFilm } from "./moveFilms";
import { checkArrays } from "./namedArrays";
import { initOptimizer, type OptimizerState, updateParameters } from "./optimizer";
import { type Packing, pack, planPacking, unpack } from "./packing";

/** All that changes from step to step, each one vector on the GPU. */
interface State {
  parameters: tf.Tensor1D;
  runningMean: tf.Tensor1D;
  runningVariance: tf.Tensor1D;
  /** `num_batches_tracked` of each BatchNorm, on the CPU. */
  batches: Float32Array;
  /** Null before the first step. */
  optimizer: OptimizerState | null;
}

/** Finds a tensor by name; its rank is what the caller knows it to have. */
function finder(tensors: ReadonlyMap<string, tf.Tensor>) {
  return <R extends tf.Rank>(name: string): tf.Tensor<R> => {
    const tensor = tensors.get(name);
    if (!tensor) throw new Error(`No array ${name}`);
    return tensor as tf.Tensor<R>;
  };
}

/** Each array of a packed vector as a tensor of its own, by name. */
function openPacked(packing: Packing, flat: tf.Tensor1D): Map<string, tf.Tensor> {
  return new Map(
    packing.arrays.map(({ name, gpuShape, offset, size }) => [name, tf.reshape(tf.slice(flat, offset, size), gpuShape)]),
  );
}

function concatenate(tensors: tf.Tensor[]): tf.Tensor1D {
  return tf.concat(tensors.map((tensor) => tf.reshape<tf.Rank.R1>(tensor, [-1])));
}

/** [count, size, size, 3], moved, blended and normalised. */
function openImages(batch: Batch): tf.Tensor4D {
  const { count, images } = batch;
  const { size } = images;
  if (images.kind === "normalised") {
    return tf.transpose(tf.tensor4d(images.data, [count, 3, size, size]), [0, 2, 3, 1]);
  }
  const greys = new Float32Array(count * size * size);
  for (let film = 0; film < count; film++) greys.set(showFilm(batch, film), film * size * size);
  const perChannel = (values: number[]) => tf.tensor4d(values, [1, 1, 1, values.length]);
  const films = tf.tensor4d(greys, [count, size, size, 1]);
  return tf.div(tf.sub(films, perChannel(NORMALISATION.mean)), perChannel(NORMALISATION.std));
}

function disposeState({ parameters, runningMean, runningVariance, optimizer }: State): void {
  tf.dispose([parameters, runningMean, runningVariance, { ...optimizer }]);
}

/** An engine with fresh weights from `seed`, on TF.js's present backend. */
export function createStockEngine(options: EngineOptions, seed: number): Engine {
  const spec = DENSENETS[options.arch];
  const arrays = listArrays(spec, options.classes, options.head);
  const having = (...roles: string[]) => arrays.filter(({ role }) => roles.includes(role));
  const parameterPacking = planPacking(having("convolution", "normScale", "normShift", "linearWeight", "linearBias"));
  const meanPacking = planPacking(having("runningMean"));
  const variancePacking = planPacking(having("runningVariance"));
  const batchesPacking = planPacking(having("batches"));

  const upload = (packing: Packing, named: NamedArrays) => tf.tensor1d(pack(packing, named));
  const openModel = (model: NamedArrays) => ({
    parameters: upload(parameterPacking, model),
    runningMean: upload(meanPacking, model),
    runningVariance: upload(variancePacking, model),
    batches: pack(batchesPacking, model),
  });

  let state: State = { ...openModel(initialise(arrays, seed)), optimizer: null };

  /** Arrays under other names, e.g. "exp_avg.classifier.bias". */
  const prefixed = (prefix: string, flat: Float32Array): NamedArrays =>
    new Map(unpack(parameterPacking, flat).map(([name, array]) => [`${prefix}.${name}`, array]));
  const withPrefix = (prefix: string): Packing => ({
    ...parameterPacking,
    arrays: parameterPacking.arrays.map((array) => ({ ...array, name: `${prefix}.${array.name}` })),
  });

  function openOptimizer({ optimizer, optimizerSteps }: EngineSnapshot): OptimizerState | null {
    if (optimizer.size === 0) return null;
    const prefixes = [...optimizer.keys()].some((name) => name.startsWith("momentum_buffer."))
      ? ["momentum_buffer"]
      : ["exp_avg", "exp_avg_sq"];
    const [first, second] = prefixes.map(withPrefix);
    if (!first) return null;
    const expected = second ? [...first.arrays, ...second.arrays] : first.arrays;
    checkArrays(expected, optimizer, "The optimiser's state", options.arch);
    return second
      ? { name: "adamw", steps: optimizerSteps, expAvg: upload(first, optimizer), expAvgSq: upload(second, optimizer) }
      : { name: "sgd", steps: optimizerSteps, momentumBuffer: upload(first, optimizer) };
  }

  /** The step as a graph: nothing of it has been read back yet. */
  function step(batch: Batch, optimizerStep: OptimizerStep) {
    const statistics: BatchStatistics[] = [];
    const images = openImages(batch);
    const targets = tf.tensor2d(batch.targets, [batch.count, options.classes]);
    const parameters = openPacked(parameterPacking, state.parameters);
    const names = [...parameters.keys()];
    const outputs: tf.Tensor2D[] = [];

    const { value: loss, grads } = tf.valueAndGrads((...tensors: tf.Tensor[]) => {
      const parameter = finder(new Map(tensors.map((tensor, index) => [names[index] ?? "", tensor])));
      const normalise = (x: tf.Tensor4D, name: string) =>
        normaliseBatch(x, parameter<tf.Rank.R1>(`${name}.weight`), parameter<tf.Rank.R1>(`${name}.bias`), (seen) =>
          statistics.push(seen),
        );
      const logits = tf.keep(denseNet(spec, images, { parameter, normalise }));
      outputs.push(logits);
      return binaryCrossEntropy(logits, targets, listPositiveWeights(options), countKnown(batch));
    })([...parameters.values()]);

    const gradient = concatenate(grads);
    const track = (running: tf.Tensor1D, seen: tf.Tensor1D[]): tf.Tensor1D =>
      tf.add(tf.mul(running, 1 - NORM_MOMENTUM), tf.mul(concatenate(seen), NORM_MOMENTUM));
    const updated = updateParameters(
      state.parameters,
      gradient,
      state.optimizer ?? initOptimizer(optimizerStep.name, state.parameters),
      optimizerStep,
    );
    const runningMean = track(
      state.runningMean,
      statistics.map(({ mean }) => mean),
    );
    const runningVariance = track(
      state.runningVariance,
      statistics.map(({ variance }) => variance),
    );
    tf.dispose(statistics.map(({ mean, variance }) => [mean, variance]));
    return { loss, outputs, gradient, updated, runningMean, runningVariance };
  }

  return {
    options,

    // TF.js compiles and allocates as it goes.
    prepare: async () => {},

    async trainStep(batch, optimizerStep, observe) {
      checkBatch(batch);
      const { loss, outputs, gradient, updated, runningMean, runningVariance } = tf.tidy(() => step(batch, optimizerStep));
      disposeState(state);
      const batches = state.batches.map((count) => count + 1);
      state = { parameters: updated.parameters, optimizer: updated.state, runningMean, runningVariance, batches };
      try {
        for (const logits of observe ? outputs : []) {
          const gradients = new Map(unpack(parameterPacking, await gradient.data<"float32">()));
          observe?.({ logits: await logits.data<"float32">(), gradients });
        }
        return (await loss.data())[0] ?? Number.NaN;
      } finally {
        tf.dispose([loss, gradient, outputs]);
      }
    },

    async predict(batch) {
      const logits = tf.tidy(() => {
        const parameter = finder(openPacked(parameterPacking, state.parameters));
        const mean = finder(openPacked(meanPacking, state.runningMean));
        const variance = finder(openPacked(variancePacking, state.runningVariance));
        const normalise = (x: tf.Tensor4D, name: string) =>
          tf.batchNorm(
            x,
            mean<tf.Rank.R1>(`${name}.running_mean`),
            variance<tf.Rank.R1>(`${name}.running_var`),
            parameter<tf.Rank.R1>(`${name}.bias`),
            parameter<tf.Rank.R1>(`${name}.weight`),
            NORM_EPSILON,
          );
        return denseNet(spec, openImages(batch), { parameter, normalise });
      });
      try {
        return await logits.data<"float32">();
      } finally {
        logits.dispose();
      }
    },

    async snapshot() {
      const read = (tensor: tf.Tensor) => tensor.data<"float32">();
      const { parameters, runningMean, runningVariance, batches, optimizer } = state;
      const named = new Map([
        ...unpack(parameterPacking, await read(parameters)),
        ...unpack(meanPacking, await read(runningMean)),
        ...unpack(variancePacking, await read(runningVariance)),
        ...unpack(batchesPacking, batches),
      ]);
      const model: NamedArrays = new Map();
      for (const { name } of arrays) {
        const array = named.get(name);
        if (array) model.set(name, array);
      }
      if (!optimizer) return beforeTraining(model);
      const moments =
        optimizer.name === "adamw"
          ? [...prefixed("exp_avg", await read(optimizer.expAvg)), ...prefixed("exp_avg_sq", await read(optimizer.expAvgSq))]
          : prefixed("momentum_buffer", await read(optimizer.momentumBuffer));
      return { model, optimizer: new Map(moments), optimizerSteps: optimizer.steps, average: new Map() };
    },

    restore(snapshot) {
      checkArrays(arrays, snapshot.model, "The snapshot", options.arch);
      const optimizer = openOptimizer(snapshot);
      disposeState(state);
      state = { ...openModel(snapshot.model), optimizer };
    },

    memory() {
      const memory = tf.memory();
      const gpuBytes = "numBytesAllocatedInGPU" in memory ? Number(memory.numBytesAllocatedInGPU) : memory.numBytes;
      return { gpuBytes, tensors: memory.numTensors };
    },

    dispose() {
      disposeState(state);
    },
  };
}
