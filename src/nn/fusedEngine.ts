// The engine on own kernels: the same network and the same numbers as the stock engine, in a fraction of its memory and time. Runs batches
// through passes; what is learned stands in fusedModel.ts, and how a pass is scheduled in recordPass.ts.
import { compileKernels, type DispatchList, type PlannedBuffer, prepareDispatches } from "../kernels/dispatches";
import { demandFeature, listNeeded } from "../protocol/gpuFeatures";
import { cutPasses } from "../protocol/passes";
import { getGpu } from "./backend";
import { cutSubmissions } from "./cutSubmissions";
import { drawMask } from "./dropout";
import {
  type Batch,
  type BatchShape,
  checkBatch,
  countKnown,
  type Engine,
  type EngineOptions,
  type EngineUse,
  listPositiveWeights,
  type StepScope,
} from "./engine";
import { chooseBottlenecks } from "./forecast";
import { type BatchBuffers, planBatch } from "./fusedBuffers";
import { placeFeatures, readFeatures } from "./fusedFeatures";
import { chooseTuning } from "./fusedKernels";
import { planLayout, QUAD } from "./fusedLayout";
import { createFusedModel } from "./fusedModel";

import type { PassInputs } from "./fusedPass";
import { gatherFilms, gatherMoves, toQuads } from "./gatherFilms";
import { allocate, countBytes, listBuffers, readFloats, release, submit, write } from "./gpuBuffers";
import type { Random } from "./random";
import { recordPass } from "./recordPass";
import { NO_STEP } from "./recordUpdate";

/** Logits and losses of a pass's films. */
interface Outcome {
  first: number;
  logits: Float32Array;
  losses: Float32Array;
}

/** The films from `first` on are in the buffers. */
interface SubmittedPass {
  buffers: BatchBuffers;
  first: number;
  films: number;
}

/** An engine with fresh weights from `seed`, on the device that was opened last. @throws LabError featureOff where that lacks what is asked for */
export function createFusedEngine(options: EngineOptions, seed: number, { device, report } = getGpu()): Engine {
  const { classes } = options;
  for (const feature of listNeeded(options)) demandFeature(feature, device.features.has(feature) ? "offered" : "missing");
  const layout = planLayout(options);
  const model = createFusedModel(device, layout, options, seed);
  const models = [...Object.values(model.state), ...Object.values(model.predicting)];
  const tuning = chooseTuning(report, options);

  let batch: BatchBuffers | null = null;
  /** What it was opened for: training's serves both. */
  let openedFor: EngineUse = "inference";
  /** The card has refused what keeping bottlenecks takes. */
  let tight = false;
  const lists = new Map<string, DispatchList>();
  /** Allocated for the batch. */
  let owned: PlannedBuffer[] = [];

  async function own(buffers: PlannedBuffer[]): Promise<void> {
    const ours = buffers.filter((buffer) => !models.includes(buffer));
    // A pass of fewer films may be cut into more parts: what it needs more of is taken anew.
    const outgrown = ours.filter(({ buffer, bytes }) => buffer && buffer.size < bytes);
    if (outgrown.length > 0) closeLists();
    release(outgrown);
    owned = [...new Set([...owned, ...ours])];
    await allocate(device, ours);
  }

  function closeLists(): void {
    for (const list of lists.values()) list.dispose();
    lists.clear();
  }

  function closeBatch(): void {
    closeLists();
    release(owned);
    owned = [];
    batch = null;
  }

  /** The batch's buffers, large enough for its passes; films of another size or more of them begin anew. */
  function openBatch(use: EngineUse, shape: BatchShape): BatchBuffers {
    const count = Math.max(...cutPasses(shape.count, options.filmsPerPass));
    const serves = use === "inference" || openedFor === "training";
    if (batch && serves && batch.shape.size === shape.size && batch.shape.count >= count) return batch;
    closeBatch();
    openedFor = use;
    const keepBottlenecks = use === "training" && !tight && chooseBottlenecks(options, shape, report);
    const { activations: storage = "f32" } = options;
    const { maxBindingBytes } = report;
    batch = planBatch(layout, classes, { count, size: shape.size }, { storage, keepBottlenecks, maxBindingBytes });
    return batch;
  }

  interface PassList {
    films: number;
    list: DispatchList;
  }

  /** Memory and lists for the passes of such a batch, by how many films they see. */
  async function openLists(
    use: EngineUse,
    shape: BatchShape,
    fromFilms: boolean,
    { frozenGroups = 0 }: StepScope = {},
    onProgress?: (done: number, total: number) => void,
  ): Promise<{ buffers: BatchBuffers; passes: PassList[] }> {
    const buffers = openBatch(use, shape);
    const keyOf = (films: number) => `${use} ${films} ${fromFilms} ${frozenGroups}`;
    const cut = cutPasses(shape.count, options.filmsPerPass);
    const missing = [...new Set(cut)].filter((films) => !lists.has(keyOf(films)));
    if (missing.length > 0) {
      const all = [...new Set(cut)].map((films) => {
        const inputs: PassInputs = {
          layout,
          options,
          tuning,
          state: use === "training" ? model.state : model.predicting,
          batch: buffers,
          count: films,
          fromFilms,
          frozenGroups,
        };
        return { films, inputs, dispatches: recordPass(use, inputs) };
      });
      const dispatches = all.flatMap((one) => one.dispatches);
      try {
        await own([...listBuffers(dispatches), ...(fromFilms ? [] : buffers.images)]);
      } catch (error) {
        // The card has less than the budget says. Without kept bottlenecks the same bits need much less.
        if (!buffers.options.keepBottlenecks || options.bottlenecks) throw error;
        tight = true;
        closeBatch();
        return openLists(use, shape, fromFilms, { frozenGroups }, onProgress);
      }
      const later = onProgress ? all.flatMap(({ inputs }) => recordPass("inference", inputs)) : [];
      await compileKernels(device, [...dispatches, ...later], onProgress);
      for (const one of all) {
        if (!lists.has(keyOf(one.films))) lists.set(keyOf(one.films), await prepareDispatches(device, one.dispatches));
      }
    }
    return { buffers, passes: cut.map((films) => ({ films, list: lists.get(keyOf(films)) as DispatchList })) };
  }

  /** Films from `first` on into the buffers of a pass. */
  function upload(use: EngineUse, given: Batch, first: number, count: number, buffers: BatchBuffers): void {
    const { images, targets, blend } = given;
    for (let done = 0, slice = 0; done < count; done += buffers.filmsPerSlice, slice++) {
      const films = Math.min(buffers.filmsPerSlice, count - done);
      const from = first + done;
      const place = (array: PlannedBuffer[]): PlannedBuffer => array[slice] as PlannedBuffer;
      if (images.kind === "films") {
        const own = Array.from({ length: films }, (_, film) => from + film);
        write(device, place(buffers.films), gatherFilms(images, own));
        write(device, place(buffers.moves), gatherMoves(given, own));
        if (use === "training" && options.blends) {
          // A partner may be in another slice or pass, so it comes along. A batch that is not blended is all its own.
          const partners = own.map((film) => blend?.partners[film] ?? film);
          write(device, place(buffers.partners), gatherFilms(images, partners));
          write(device, place(buffers.partnerMoves), gatherMoves(given, partners));
          write(
            device,
            place(buffers.shares),
            Float32Array.from(own, (film) => blend?.shares[film] ?? 1),
          );
        }
      } else {
        write(device, place(buffers.images), toQuads(images, from, films));
      }
    }
    const told = new Float32Array(buffers.shape.count * classes + 1 + classes);
    told.set(targets.subarray(first * classes, (first + count) * classes));
    // The loss whose gradients are computed is scaled by what it is the mean over; the one that is read is not.
    told.set([countKnown({ targets }) / model.lossScale, ...listPositiveWeights(options)], buffers.shape.count * classes);
    write(device, buffers.targets, told);
  }

  /**
   * Submits a pass after another over the batch and hands each out once it is on its way. Nothing waits for the GPU: what is not read of a pass,
   * or being read, before the next is asked for is lost to it.
   */
  async function* runPasses(use: EngineUse, given: Batch, scope: StepScope = {}): AsyncGenerator<SubmittedPass> {
    const { count, images } = given;
    const shape = { count, size: images.size };
    const { buffers, passes } = await openLists(use, shape, images.kind === "films", scope);
    const dropouts = drawDropouts(buffers, count, use === "training" ? given.random : undefined);
    let first = 0;
    for (const { films, list } of passes) {
      upload(use, given, first, films, buffers);
      for (const { masks, width, drawn } of dropouts)
        write(device, masks, drawn.subarray(first * width, (first + films) * width));
      for (const [from, to] of cutSubmissions(list.dispatches)) submit(device, (encoder) => list.encode(encoder, from, to));
      yield { buffers, first, films };
      first += films;
    }
  }

  /** Logits and losses of all passes are on their way when this resolves, so that the GPU can be given more to do meanwhile. */
  async function runBatch(use: EngineUse, given: Batch, scope?: StepScope): Promise<Promise<Outcome>[]> {
    const outcomes: Promise<Outcome>[] = [];
    for await (const { buffers, first, films } of runPasses(use, given, scope)) {
      const outcome = readOutcome(buffers, first, films);
      // Whoever waits for it is told; until then a failure is nobody's.
      outcome.catch(() => {});
      outcomes.push(outcome);
    }
    return outcomes;
  }

  /** Logits and losses of the last pass: two of `outcome`'s [3, capacity, classes], whose third are the loss's gradients. */
  async function readOutcome({ outcome, shape }: BatchBuffers, first: number, count: number): Promise<Outcome> {
    const stride = shape.count * classes;
    const values = await readFloats(device, outcome, 2 * stride);
    return { first, logits: values.subarray(0, count * classes), losses: values.subarray(stride, stride + count * classes) };
  }

  function joinLogits(outcomes: Outcome[], count: number): Float32Array {
    const logits = new Float32Array(count * classes);
    for (const outcome of outcomes) logits.set(outcome.logits, outcome.first * classes);
    return logits;
  }

  return {
    options,

    async prepare(shape, use, { first = NO_STEP, onProgress = () => {} } = {}) {
      await model.settle();
      // Moments first: what keeping bottlenecks takes gives way to them, not they to it.
      if (use === "training") await model.openOptimizer(first);
      // All programs, also those that only later steps need; then what the first one needs of them.
      await openLists(use, shape, true, {}, onProgress);
      await openLists(use, shape, true, first);
    },

    async trainStep(given, optimizerStep, observe) {
      checkBatch(given, options);
      if (given.blend && !options.blends) throw new Error("The engine was not made to blend films");
      await model.settle();
      await model.openOptimizer(optimizerStep);
      model.clearGradients();
      const scale = model.lossScale;
      const running = await runBatch("training", given, optimizerStep);
      if (await model.accepts(optimizerStep)) model.update(optimizerStep);
      const outcomes = await Promise.all(running);
      for (const _ of outcomes) model.countBatch();
      const losses = outcomes.flatMap((outcome) => [...outcome.losses]);
      const known = countKnown(given);
      const loss = losses.reduce((sum, one) => sum + one / known, 0);
      if (observe)
        observe({ logits: joinLogits(outcomes, given.count), gradients: await model.readGradients(optimizerStep, scale) });
      return loss;
    },

    async predict(given) {
      await model.settle();
      return joinLogits(await Promise.all(await runBatch("inference", given)), given.count);
    },

    async features(given) {
      await model.settle();
      const { side, channels, floatsPerFilm } = placeFeatures(layout, given.images.size);
      const data = new Float32Array(given.count * floatsPerFilm);
      for await (const { buffers, first, films } of runPasses("inference", given)) {
        data.set(await readFeatures(device, layout, buffers, model.predicting, films), first * floatsPerFilm);
      }
      return { side, channels, data };
    },

    async snapshot() {
      await model.settle();
      return model.snapshot();
    },

    restore: model.restore,

    memory() {
      const { gpuBytes, buffers } = model.memory();
      const listBytes = [...lists.values()].reduce((sum, list) => sum + list.gpuBytes, 0);
      return { gpuBytes: gpuBytes + countBytes(owned) + listBytes, tensors: buffers + owned.length };
    },

    dispose() {
      closeBatch();
      model.dispose();
    },
  };
}

/** The masks of all of a batch's films, layer by layer, as the stock engine draws them; each pass takes its rows of them. */
function drawDropouts({ fastaiHead }: BatchBuffers, count: number, random: Random | undefined) {
  if (!fastaiHead) return [];
  return [fastaiHead.pooled, fastaiHead.hidden].map(({ masks, quads, probability }) => {
    const width = quads * QUAD;
    return { masks, width, drawn: drawMask(count * width, probability, random) };
  });
}
