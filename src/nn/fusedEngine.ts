// The engine on own kernels: the same network and the same numbers as the stock engine, in a fraction of its memory and time. Holds the
// state and runs the passes; how they are scheduled stands in recordPass.ts.
import {
  compileKernels,
  type Dispatch,
  type DispatchList,
  dispatch,
  type PlannedBuffer,
  prepareDispatches,
} from "../kernels/dispatches";
import { adamw, sgd } from "../kernels/optimizer";
import { getGpu } from "./backend";
import { DENSENETS, listArrays } from "./densenet";
import {
  type Batch,
  type BatchShape,
  checkBatch,
  type Engine,
  type EngineOptions,
  type EngineSnapshot,
  type EngineUse,
  type NamedArrays,
  type OptimizerStep,
} from "./engine";
import { chooseBottlenecks, cutPasses } from "./forecast";
import { type BatchBuffers, planBatch, planState } from "./fusedBuffers";
import { planLayout, QUAD } from "./fusedLayout";
import { chooseTuning, type PassInputs, type PassKind } from "./fusedPass";
import { allocate, countBytes, listBuffers, readFloats, release } from "./gpuBuffers";
import { initialise } from "./initialise";
import { checkArrays } from "./namedArrays";
import { type Packing, pack, unpack } from "./packing";
import { recordPass } from "./recordPass";

type Moments =
  | { name: "adamw"; steps: number; expAvg: PlannedBuffer; expAvgSq: PlannedBuffer }
  | { name: "sgd"; steps: number; momentumBuffer: PlannedBuffer };

const toArrays = (moments: Moments): [string, PlannedBuffer][] =>
  moments.name === "adamw"
    ? [
        ["exp_avg", moments.expAvg],
        ["exp_avg_sq", moments.expAvgSq],
      ]
    : [["momentum_buffer", moments.momentumBuffer]];

/** An engine with fresh weights from `seed`, on the device that was opened last. */
export function createFusedEngine(options: EngineOptions, seed: number, { device, report } = getGpu()): Engine {
  const { arch, classes } = options;
  const layout = planLayout(options);
  const arrays = listArrays(DENSENETS[arch], classes);
  const state = planState(layout);
  const tuning = chooseTuning(report);

  // Until it is on the GPU, the model waits here.
  let waiting: EngineSnapshot | null = { model: initialise(arrays, seed), optimizer: new Map(), optimizerSteps: 0 };
  let batches: Float32Array = new Float32Array();
  let moments: Moments | null = null;
  let batch: BatchBuffers | null = null;
  const lists = new Map<string, DispatchList>();
  let owned: PlannedBuffer[] = [];
  let updates: { list: DispatchList; of: Moments } | null = null;

  async function own(buffers: PlannedBuffer[]): Promise<void> {
    await allocate(device, buffers);
    owned = [...new Set([...owned, ...buffers])];
  }
  const write = ({ buffer, label }: PlannedBuffer, data: Float32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>, offset = 0) => {
    if (!buffer) throw new Error(`${label} is not allocated`);
    device.queue.writeBuffer(buffer, offset, data);
  };

  /** Puts the waiting model on the GPU. */
  async function settle(): Promise<void> {
    if (!waiting) return;
    await own(Object.values(state));
    const { model, optimizer, optimizerSteps } = waiting;
    write(state.parameters, pack(layout.parameters, model));
    const means = pack(layout.runningMeans, model);
    const variances = pack(layout.runningVariances, model);
    write(state.running, means);
    write(state.running, variances, layout.normQuads * QUAD * 4);
    batches = pack(layout.batches, model);
    waiting = null;
    if (optimizer.size > 0) {
      const name = [...optimizer.keys()].some((key) => key.startsWith("momentum_buffer.")) ? "sgd" : "adamw";
      for (const [prefix, buffer] of toArrays(await openMoments(name, optimizerSteps))) {
        write(buffer, pack(withPrefix(prefix), optimizer));
      }
    }
  }

  const withPrefix = (prefix: string): Packing => ({
    ...layout.parameters,
    arrays: layout.parameters.arrays.map((array) => ({ ...array, name: `${prefix}.${array.name}` })),
  });

  async function openMoments(name: OptimizerStep["name"], steps: number): Promise<Moments> {
    closeMoments();
    const plan = (label: string): PlannedBuffer => ({ label, bytes: state.parameters.bytes, buffer: null });
    const opened: Moments =
      name === "adamw"
        ? { name, steps, expAvg: plan("exp_avg"), expAvgSq: plan("exp_avg_sq") }
        : { name, steps, momentumBuffer: plan("momentum_buffer") };
    await own(toArrays(opened).map(([, buffer]) => buffer));
    moments = opened;
    return opened;
  }

  function closeMoments(): void {
    updates?.list.dispose();
    updates = null;
    if (!moments) return;
    const given = toArrays(moments).map(([, buffer]) => buffer);
    release(given);
    owned = owned.filter((buffer) => !given.includes(buffer));
    moments = null;
  }

  function closeBatch(): void {
    for (const list of lists.values()) list.dispose();
    lists.clear();
    const given = owned.filter(
      (buffer) => !Object.values(state).includes(buffer) && !(moments && toArrays(moments).some(([, one]) => one === buffer)),
    );
    release(given);
    owned = owned.filter((buffer) => !given.includes(buffer));
    batch = null;
  }

  /** The batch's buffers, large enough for its passes; films of another size or more of them begin anew. */
  function openBatch(shape: BatchShape): BatchBuffers {
    const count = Math.max(...cutPasses(shape.count, options.filmsPerPass));
    if (batch && batch.shape.size === shape.size && batch.shape.count >= count) return batch;
    closeBatch();
    const { activations: storage = "f32" } = options;
    const keepBottlenecks = chooseBottlenecks(options, shape, report);
    const { maxBindingBytes } = report;
    batch = planBatch(layout, classes, { count, size: shape.size }, { storage, keepBottlenecks, maxBindingBytes });
    return batch;
  }

  const inputsOf = (
    buffers: BatchBuffers,
    { count, lossCount, fromFilms }: Pick<PassInputs, "count" | "lossCount" | "fromFilms">,
  ): PassInputs => ({ layout, options, tuning, state, batch: buffers, count, lossCount, fromFilms });

  async function openList(
    kind: EngineUse,
    buffers: BatchBuffers,
    { count, lossCount, fromFilms }: Pick<PassInputs, "count" | "lossCount" | "fromFilms">,
  ): Promise<DispatchList> {
    const key = `${kind} ${count} ${lossCount} ${fromFilms}`;
    const known = lists.get(key);
    if (known) return known;
    const inputs = inputsOf(buffers, { count, lossCount, fromFilms });
    const dispatches = recordPass(kind, inputs);
    await own([...listBuffers(dispatches), ...(fromFilms ? [] : buffers.images)]);
    const list = await prepareDispatches(device, dispatches);
    lists.set(key, list);
    return list;
  }

  /** Films from `first` on into the buffers of a pass. */
  function upload({ images, targets }: Batch, first: number, count: number, buffers: BatchBuffers): void {
    const { size, data } = images;
    const pixels = size * size;
    for (let done = 0, slice = 0; done < count; done += buffers.filmsPerSlice, slice++) {
      const films = Math.min(buffers.filmsPerSlice, count - done);
      const from = first + done;
      const place = (array: PlannedBuffer[]): PlannedBuffer => array[slice] as PlannedBuffer;
      if (images.kind === "films") {
        const bytes = new Uint8Array(Math.ceil((films * pixels) / 4) * 4);
        bytes.set(data.subarray(from * pixels, (from + films) * pixels));
        write(place(buffers.films), bytes);
        const moves = new Float32Array(films * STILL.length);
        for (let film = 0; film < films; film++) moves.set(STILL, film * STILL.length);
        write(place(buffers.moves), moves);
      } else {
        write(place(buffers.images), toQuads(data as Float32Array, from, films, pixels));
      }
    }
    const wanted = targets.slice(first * classes, (first + count) * classes);
    if (wanted.length > 0) write(buffers.targets, wanted);
  }

  /** Runs a pass after another over the batch; `use` sees the logits and losses of each. */
  async function runPasses(
    kind: PassKind,
    given: Batch,
    use: (outcome: { logits: Float32Array; losses: Float32Array }, first: number) => void,
  ): Promise<void> {
    const { count: lossCount, images } = given;
    const buffers = openBatch({ count: lossCount, size: images.size });
    let first = 0;
    for (const count of cutPasses(lossCount, options.filmsPerPass)) {
      const list = await openList(kind, buffers, { count, lossCount, fromFilms: images.kind === "films" });
      upload(given, first, count, buffers);
      // In parts, so that the GPU has begun before the last command is written.
      const part = Math.ceil(list.dispatches.length / SUBMITS);
      for (let from = 0; from < list.dispatches.length; from += part) {
        submit((encoder) => list.encode(encoder, from, Math.min(from + part, list.dispatches.length)));
      }
      use(await readOutcome(buffers, count), first);
      first += count;
    }
  }

  function submit(work: (encoder: GPUCommandEncoder) => void): void {
    const encoder = device.createCommandEncoder();
    work(encoder);
    device.queue.submit([encoder.finish()]);
  }

  async function openUpdates(name: OptimizerStep["name"]): Promise<{ list: DispatchList; of: Moments }> {
    const of = moments?.name === name ? moments : await openMoments(name, moments?.steps ?? 0);
    if (updates?.of === of) return updates;
    const quads = layout.parameters.size / QUAD;
    const { gradients, parameters } = state;
    const zero = { first: 0, quads };
    const one: Dispatch =
      of.name === "adamw"
        ? dispatch(
            adamw,
            { gradients, parameters, expAvg: of.expAvg, expAvgSq: of.expAvgSq },
            { ...zero, ...NO_ADAMW },
            { threads: quads },
          )
        : dispatch(sgd, { gradients, parameters, momentumBuffer: of.momentumBuffer }, { ...zero, ...NO_SGD }, { threads: quads });
    updates = { list: await prepareDispatches(device, [one]), of };
    return updates;
  }

  /** Logits, losses and their gradients of the last pass, [3, capacity, classes]. */
  async function readOutcome({ outcome, shape }: BatchBuffers, count: number) {
    const stride = shape.count * classes;
    const values = await readFloats(device, outcome, 3 * stride);
    return { logits: values.slice(0, count * classes), losses: values.subarray(stride, stride + count * classes) };
  }

  return {
    options,

    async prepare({ count, size }, use, onProgress) {
      await settle();
      const buffers = openBatch({ count, size });
      const passes = [...new Set(cutPasses(count, options.filmsPerPass))];
      const inputs = passes.map((films) => inputsOf(buffers, { count: films, lossCount: count, fromFilms: true }));
      const used = inputs.flatMap((one) => recordPass(use, one));
      await own(listBuffers(used));
      await compileKernels(device, [...used, ...inputs.flatMap((one) => recordPass("inference", one))], onProgress);
      for (const one of inputs) await openList(use, buffers, one);
      if (use === "training") await openUpdates("adamw");
    },

    async trainStep(given, optimizerStep, observe) {
      checkBatch(given);
      await settle();
      const { list: update, of } = await openUpdates(optimizerStep.name);
      await own([state.gradients]);
      submit((encoder) => encoder.clearBuffer(state.gradients.buffer as GPUBuffer));
      const logits = new Float32Array(given.count * classes);
      let loss = 0;
      await runPasses("training", given, (outcome, first) => {
        logits.set(outcome.logits, first * classes);
        for (const one of outcome.losses) loss += one / logits.length;
        batches = batches.map((count) => count + 1);
      });
      of.steps++;
      update.setUniforms(0, { first: 0, quads: layout.parameters.size / QUAD, ...updateUniforms(optimizerStep, of.steps) });
      submit((encoder) => update.encode(encoder));
      if (observe) {
        const flat = await readFloats(device, state.gradients, layout.parameters.size);
        observe({ logits, gradients: inOrder(arrays, unpack(layout.parameters, flat)) });
      }
      return loss;
    },

    async predict(given) {
      await settle();
      const logits = new Float32Array(given.count * classes);
      const untold = { ...given, targets: new Float32Array(given.count * classes) };
      await runPasses("inference", untold, (outcome, first) => logits.set(outcome.logits, first * classes));
      return logits;
    },

    async snapshot() {
      await settle();
      const parameters = unpack(layout.parameters, await readFloats(device, state.parameters, layout.parameters.size));
      const running = await readFloats(device, state.running, 2 * layout.normQuads * QUAD);
      const half = layout.normQuads * QUAD;
      const model = inOrder(arrays, [
        ...parameters,
        ...unpack(layout.runningMeans, running.subarray(0, half)),
        ...unpack(layout.runningVariances, running.subarray(half)),
        ...unpack(layout.batches, batches),
      ]);
      const optimizer: NamedArrays = new Map();
      if (!moments || moments.steps === 0) return { model, optimizer, optimizerSteps: 0 };
      for (const [prefix, buffer] of toArrays(moments)) {
        const flat = await readFloats(device, buffer, layout.parameters.size);
        for (const [name, array] of inOrder(arrays, unpack(layout.parameters, flat))) optimizer.set(`${prefix}.${name}`, array);
      }
      return { model, optimizer, optimizerSteps: moments.steps };
    },

    restore(snapshot) {
      checkArrays(arrays, snapshot.model, "The snapshot", arch);
      const prefixes = [...snapshot.optimizer.keys()].some((name) => name.startsWith("momentum_buffer."))
        ? ["momentum_buffer"]
        : ["exp_avg", "exp_avg_sq"];
      if (snapshot.optimizer.size > 0) {
        const expected = prefixes.flatMap((prefix) => withPrefix(prefix).arrays);
        checkArrays(expected, snapshot.optimizer, "The optimiser's state", arch);
      }
      closeMoments();
      waiting = snapshot;
    },

    memory() {
      const listBytes = [...lists.values(), ...(updates ? [updates.list] : [])].reduce((sum, { gpuBytes }) => sum + gpuBytes, 0);
      return { gpuBytes: countBytes(owned) + listBytes, tensors: owned.length };
    },

    dispose() {
      closeMoments();
      closeBatch();
      release(Object.values(state));
      owned = [];
    },
  };
}

/** Submissions a pass. */
const SUBMITS = 4;
/** A film that is neither moved nor lit (kernels/films.ts). */
const STILL = Float32Array.of(1, 0, 0, 1, 0, 1, 0, 0);
const NO_ADAMW = { beta1: 0, beta2: 0, oneMinusBeta1: 0, oneMinusBeta2: 0, keep: 1, rate: 0, correction: 1, eps: 1 };
const NO_SGD = { lr: 0, momentum: 0, weightDecay: 0 };

function updateUniforms(step: OptimizerStep, steps: number): Record<string, number> {
  if (step.name === "sgd") return { lr: step.lr, momentum: step.momentum, weightDecay: step.weightDecay };
  const { lr, beta1, beta2, eps, weightDecay } = step;
  return {
    beta1,
    beta2,
    oneMinusBeta1: 1 - beta1,
    oneMinusBeta2: 1 - beta2,
    keep: 1 - lr * weightDecay,
    rate: lr / (1 - beta1 ** steps),
    correction: Math.sqrt(1 - beta2 ** steps),
    eps,
  };
}

/** [films, 3, pixels] as pixels of a quad whose last channel is zero. */
function toQuads(data: Float32Array, first: number, films: number, pixels: number): Float32Array<ArrayBuffer> {
  const quads = new Float32Array(films * pixels * QUAD);
  for (let film = 0; film < films; film++) {
    for (let channel = 0; channel < 3; channel++) {
      const from = ((first + film) * 3 + channel) * pixels;
      for (let pixel = 0; pixel < pixels; pixel++) {
        quads[(film * pixels + pixel) * QUAD + channel] = data[from + pixel] ?? 0;
      }
    }
  }
  return quads;
}

/** Arrays in the order of torchvision's state dict. */
function inOrder(
  order: readonly { name: string }[],
  arrays: Iterable<[string, NamedArrays extends Map<string, infer A> ? A : never]>,
): NamedArrays {
  const named = new Map(arrays);
  const ordered: NamedArrays = new Map();
  for (const { name } of order) {
    const array = named.get(name);
    if (array) ordered.set(name, array);
  }
  return ordered;
}
