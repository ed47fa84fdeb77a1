// The engine in stock TF.js operations: the readable definition that every faster one is held against. Runs on whichever TF.js
// backend is set; not fast, and not frugal with memory.
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-core/dist/register_all_gradients";
import { CHANNEL_MOMENTS, type Head, type Normalisation } from "../protocol/settings";
import { type BatchStatistics, NORM_EPSILON, NORM_MOMENTUM, normaliseBatch } from "./batchNorm";
import { DENSENETS, type DenseNetInputs, type DenseNetSpec, denseFeatures, denseNet, listArrays } from "./densenet";
import { drawMask } from "./dropout";
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
  type StepScope,
} from "./engine";
import { initialise } from "./initialise";
import { cutSpans, isTrained, orderParameters } from "./layerGroups";
import { binaryCrossEntropy } from "./loss";
import { checkMoments, nameMoments, packMoments } from "./moments";
import { showFilm } from "./moveFilms";
import { checkArrays, inOrder } from "./namedArrays";
import { clipGradient, initOptimizer, type OptimizerState, updateSpans } from "./optimizer";
import { type Packing, pack, planPacking, unpack } from "./packing";

/** What the network has learned, each one vector on the GPU. A type, not an interface: only so is it a container of tensors to TF.js. */
type Model = {
  parameters: tf.Tensor1D;
  runningMean: tf.Tensor1D;
  runningVariance: tf.Tensor1D;
};

/** All that changes from step to step. */
interface State {
  model: Model;
  /** Its moving average, where one is kept. */
  average: Model | null;
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

const zip = (names: readonly string[], tensors: readonly tf.Tensor[]) =>
  names.map((name, index): [string, tf.Tensor] => [name, tensors[index] as tf.Tensor]);

function concatenate(tensors: tf.Tensor[]): tf.Tensor1D {
  return tf.concat(tensors.map((tensor) => tf.reshape<tf.Rank.R1>(tensor, [-1])));
}

/** [count, size, size, 3], moved, blended and normalised. */
function openImages(batch: Batch, normalisation: Normalisation = "imagenet"): tf.Tensor4D {
  const { count, images } = batch;
  const { size } = images;
  if (images.kind === "normalised") {
    return tf.transpose(tf.tensor4d(images.data, [count, 3, size, size]), [0, 2, 3, 1]);
  }
  const greys = new Float32Array(count * size * size);
  for (let film = 0; film < count; film++) greys.set(showFilm(batch, film), film * size * size);
  const perChannel = (values: number[]) => tf.tensor4d(values, [1, 1, 1, values.length]);
  const films = tf.tensor4d(greys, [count, size, size, 1]);
  const { mean, std } = CHANNEL_MOMENTS[normalisation];
  return tf.div(tf.sub(films, perChannel(mean)), perChannel(std));
}

function disposeState({ model, average, optimizer }: State): void {
  tf.dispose([model, { ...average }, { ...optimizer }]);
}

/** `keep` of the average and the rest of the model (timm ModelEmaV2). */
function moveAverage(average: Model, model: Model, keep: number): Model {
  const move = (part: keyof Model) => tf.add<tf.Tensor1D>(tf.mul(average[part], keep), tf.mul(model[part], 1 - keep));
  return { parameters: move("parameters"), runningMean: move("runningMean"), runningVariance: move("runningVariance") };
}

/** An engine with fresh weights from `seed`, on TF.js's present backend. */
export function createStockEngine(options: EngineOptions, seed: number): Engine {
  const spec = DENSENETS[options.arch];
  const arrays = listArrays(spec, options.classes, options.head);
  const having = (...roles: string[]) => arrays.filter(({ role }) => roles.includes(role));
  const parameterPacking = planPacking(orderParameters(arrays));
  const meanPacking = planPacking(having("runningMean"));
  const variancePacking = planPacking(having("runningVariance"));
  const batchesPacking = planPacking(having("batches"));

  const upload = (packing: Packing, named: NamedArrays) => tf.tensor1d(pack(packing, named));
  const openModel = (model: NamedArrays): Model => ({
    parameters: upload(parameterPacking, model),
    runningMean: upload(meanPacking, model),
    runningVariance: upload(variancePacking, model),
  });

  function openState(snapshot: EngineSnapshot): State {
    const { model, optimizerSteps } = snapshot;
    const moments = packMoments(parameterPacking, snapshot.optimizer);
    return {
      model: openModel(model),
      average: options.averages ? openModel(snapshot.average.size > 0 ? snapshot.average : model) : null,
      batches: pack(batchesPacking, model),
      optimizer: moments && {
        name: moments.name,
        steps: optimizerSteps,
        moments: moments.vectors.map((vector) => tf.tensor1d(vector)),
      },
    };
  }

  let state = openState(beforeTraining(initialise(arrays, seed)));

  const read = (tensor: tf.Tensor) => tensor.data<"float32">();
  const readParameters = async (tensor: tf.Tensor) => inOrder(arrays, unpack(parameterPacking, await read(tensor)));

  async function readModel({ parameters, runningMean, runningVariance }: Model, batches: Float32Array): Promise<NamedArrays> {
    return inOrder(arrays, [
      ...unpack(parameterPacking, await read(parameters)),
      ...unpack(meanPacking, await read(runningMean)),
      ...unpack(variancePacking, await read(runningVariance)),
      ...unpack(batchesPacking, batches),
    ]);
  }

  const listTrained = ({ frozenGroups }: StepScope) =>
    parameterPacking.arrays.filter((array) => isTrained(array, frozenGroups)).map(({ name }) => name);

  /** The step as a graph: nothing of it has been read back yet. */
  function step(batch: Batch, optimizerStep: OptimizerStep) {
    const statistics: BatchStatistics[] = [];
    const images = openImages(batch, options.normalisation);
    const targets = tf.tensor2d(batch.targets, [batch.count, options.classes]);
    const { model } = state;
    const parameters = openPacked(parameterPacking, model.parameters);
    const trained = listTrained(optimizerStep);
    const outputs: tf.Tensor2D[] = [];

    const { value: loss, grads } = tf.valueAndGrads((...tensors: tf.Tensor[]) => {
      const parameter = finder(new Map([...parameters, ...zip(trained, tensors)]));
      const normalise = (x: tf.Tensor4D, name: string) =>
        normaliseBatch(x, parameter<tf.Rank.R1>(`${name}.weight`), parameter<tf.Rank.R1>(`${name}.bias`), (seen) =>
          statistics.push(seen),
        );
      const drop = (x: tf.Tensor2D, probability: number) =>
        tf.mul<tf.Tensor2D>(x, tf.tensor2d(drawMask(x.size, probability, batch.random), x.shape));
      const logits = tf.keep(denseNet(spec, images, { parameter, normalise, drop }, options.head));
      outputs.push(logits);
      return binaryCrossEntropy(logits, targets, listPositiveWeights(options), countKnown(batch), options.focal);
    })(trained.map(finder(parameters)));

    const grad = new Map(zip(trained, grads));
    const whole = concatenate(Array.from(parameters, ([name, tensor]) => grad.get(name) ?? tf.zerosLike(tensor)));
    const gradient = optimizerStep.clipNorm === undefined ? whole : clipGradient(whole, optimizerStep.clipNorm);
    const track = (running: tf.Tensor1D, seen: tf.Tensor1D[]): tf.Tensor1D =>
      tf.add(tf.mul(running, 1 - NORM_MOMENTUM), tf.mul(concatenate(seen), NORM_MOMENTUM));
    const going = optimizerStep.restarts ? null : state.optimizer;
    const updated = updateSpans(
      model.parameters,
      gradient,
      going ?? initOptimizer(optimizerStep.name, model.parameters),
      optimizerStep,
      cutSpans(parameterPacking, optimizerStep),
    );
    const next: Model = {
      parameters: updated.parameters,
      runningMean: track(
        model.runningMean,
        statistics.map(({ mean }) => mean),
      ),
      runningVariance: track(
        model.runningVariance,
        statistics.map(({ variance }) => variance),
      ),
    };
    tf.dispose(statistics.map(({ mean, variance }) => [mean, variance]));
    return { loss, outputs, gradient, model: next, optimizer: updated.state };
  }

  /** The average after a step that led to `model`; null where the step moves none. @throws Error where none is kept */
  function follow(model: Model, { averageDecay }: StepScope): Model | null {
    const { average } = state;
    if (averageDecay === undefined) return null;
    if (!average) throw new Error("An engine without averages has none to move");
    return tf.tidy(() => moveAverage(average, model, averageDecay));
  }

  /** The network in inference mode, up to its logits or to what its head pools. */
  function infer<Output extends tf.Tensor>(
    batch: Batch,
    network: (spec: DenseNetSpec, images: tf.Tensor4D, inputs: DenseNetInputs, head?: Head) => Output,
  ): Output {
    return tf.tidy(() => {
      const { parameters, runningMean, runningVariance } = state.average ?? state.model;
      const parameter = finder(openPacked(parameterPacking, parameters));
      const mean = finder(openPacked(meanPacking, runningMean));
      const variance = finder(openPacked(variancePacking, runningVariance));
      const normalise = (x: tf.Tensor4D, name: string) =>
        tf.batchNorm(
          x,
          mean<tf.Rank.R1>(`${name}.running_mean`),
          variance<tf.Rank.R1>(`${name}.running_var`),
          parameter<tf.Rank.R1>(`${name}.bias`),
          parameter<tf.Rank.R1>(`${name}.weight`),
          NORM_EPSILON,
        );
      const drop = (x: tf.Tensor2D) => x;
      return network(spec, openImages(batch, options.normalisation), { parameter, normalise, drop }, options.head);
    });
  }

  /** Reads a tensor that is of no more use. */
  async function take(tensor: tf.Tensor): Promise<Float32Array> {
    try {
      return await read(tensor);
    } finally {
      tensor.dispose();
    }
  }

  return {
    options,

    // TF.js compiles and allocates as it goes.
    prepare: async () => {},

    async trainStep(batch, optimizerStep, observe) {
      checkBatch(batch, { head: options.head });
      const { loss, outputs, gradient, ...next } = tf.tidy(() => step(batch, optimizerStep));
      const moved = follow(next.model, optimizerStep);
      disposeState({ ...state, average: moved && state.average });
      state = { ...next, average: moved ?? state.average, batches: state.batches.map((count) => count + 1) };
      try {
        for (const logits of observe ? outputs : []) {
          const trained = new Set(listTrained(optimizerStep));
          const gradients = new Map([...(await readParameters(gradient))].filter(([name]) => trained.has(name)));
          observe?.({ logits: await logits.data<"float32">(), gradients });
        }
        return (await loss.data())[0] ?? Number.NaN;
      } finally {
        tf.dispose([loss, gradient, outputs]);
      }
    },

    predict: async (batch) => take(infer(batch, denseNet)),

    async features(batch) {
      const maps = infer(batch, denseFeatures);
      const [, side, , channels] = maps.shape;
      return { side, channels, data: await take(maps) };
    },

    async snapshot() {
      const { model, average, batches, optimizer } = state;
      const moments = [];
      for (const moment of optimizer?.moments ?? []) moments.push(await readParameters(moment));
      return {
        model: await readModel(model, batches),
        optimizer: optimizer ? nameMoments(optimizer.name, moments) : new Map(),
        optimizerSteps: optimizer?.steps ?? 0,
        average: average ? await readModel(average, batches) : new Map(),
      };
    },

    restore(snapshot) {
      checkArrays(arrays, snapshot.model, "The snapshot", options.arch);
      checkMoments(parameterPacking, snapshot.optimizer, options.arch);
      if (snapshot.average.size > 0) checkArrays(arrays, snapshot.average, "The snapshot's moving average", options.arch);
      const restored = openState(snapshot);
      disposeState(state);
      state = restored;
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
