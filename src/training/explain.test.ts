import { describe, expect, it } from "vitest";
import { FILM_KEY_BYTES } from "../protocol/dataset";
import { askWhere } from "../protocol/explanation";
import { LabError } from "../protocol/labError";
import type { EvaluateEvent, WeightsChoice } from "../protocol/training";
import { createTestLab, play, type TestLab } from "./testLab";
import { ending, train } from "./testRuns";
import { createTestSample, TEST_SIZE } from "./testSample";

const PIXELS = TEST_SIZE ** 2;
const FRESH: WeightsChoice = { kind: "fresh" };

const explain = (
  lab: TestLab,
  films: number[],
  { weights = FRESH, target = 0 }: { weights?: WeightsChoice; target?: number } = {},
) => lab.session.explain(askWhere({ settings: lab.settings, sample: lab.sample, weights }, films, target));
const disposed = (lab: TestLab) => lab.engines.map((lent) => lent.disposed);

async function evaluate(lab: TestLab, weights: WeightsChoice) {
  const request = { settings: lab.settings, sample: lab.sample, weights, views: 0 };
  const last = (await play<EvaluateEvent>((port) => lab.session.evaluate(request, port))).at(-1);
  if (last?.type !== "finished") throw new Error(`ended in ${last?.type}`);
  return last.evaluation;
}

it("gives the films as the network sees them and what the chosen weights see there of the target", async () => {
  const lab = createTestLab(["Cardiomegaly", "No Finding"]);
  const { id } = await lab.createTrial();
  await train(lab, id);
  const weights = { kind: "trial", trialId: id, which: "last" } as const;
  const { logits } = await evaluate(lab, weights);
  const model = (await lab.engines.at(-1)!.engine.snapshot()).model;

  const films = [6, 0, 3];
  // This network is a linear head on one cell: the whole logit but its bias lies there.
  const biases = model.get("classifier.bias")!.data;
  const want = [0, 1].map((target) => films.map((film) => Math.max(0, logits[film * 2 + target]! - biases[target]!)));
  expect(Math.max(...want.flat())).toBeGreaterThan(0);
  expect(want[0]).not.toEqual(want[1]);
  for (const target of [0, 1]) {
    const { side, maps } = await explain(lab, films, { weights, target });
    expect(side).toBe(1);
    maps.forEach((value, at) => {
      expect(value).toBeCloseTo(want[target]![at]!, 5);
    });
  }
  const { pixels } = await explain(lab, films, { weights });
  const { read } = createTestSample(22, 7);
  expect(pixels).toEqual(await read(Uint32Array.from(films, (film) => 22 + film)));
  expect(pixels).toHaveLength(3 * PIXELS);
});

describe("the network", () => {
  it("stays for the next film and the next target, and gives way to another", async () => {
    const lab = createTestLab(["Cardiomegaly", "No Finding"]);
    for (const [film, target] of [
      [0, 0],
      [1, 0],
      [1, 1],
    ] as const)
      await explain(lab, [film], { target });
    expect(disposed(lab)).toEqual([false]);

    const file = new Blob([new Float32Array(2 * (PIXELS + 1))]);
    const weights = { kind: "file", name: "w", file } as const;
    await explain(lab, [0], { weights });
    expect(disposed(lab)).toEqual([true, false]);
    // The page sends a file as another object each time.
    await explain(lab, [0], { weights: { ...weights, file: structuredClone(file) } });
    await explain(lab, [0], { weights: { ...weights, file: new Blob([file, new ArrayBuffer(0)]) } });
    expect(disposed(lab)).toEqual([true, false]);
  });

  it("is given back before a job begins, and taken anew after it", async () => {
    const lab = createTestLab();
    await explain(lab, [0]);
    const { id } = await lab.createTrial();
    lab.onEngine = () => expect(disposed(lab).slice(0, -1)).toEqual([true]);
    expect(ending(await train(lab, id))).toEqual(["finished"]);
    lab.onEngine = () => {};
    await explain(lab, [0]);
    expect(disposed(lab)).toEqual([true, true, false]);
  });

  it("is given back before a set of films is removed", async () => {
    const lab = createTestLab();
    await explain(lab, [0]);
    await lab.session.removeFilmSet(lab.sample.store);
    expect(disposed(lab)).toEqual([true]);
    expect(lab.films).toEqual([]);
  });

  it("that fails between two questions is replaced, and one that fails within one is that question's failure", async () => {
    const lab = createTestLab();
    let fails = false;
    lab.onEngine = (engine) => {
      const { features } = engine;
      engine.features = (batch) => {
        if (!fails) return features(batch);
        lab.failGpu(new LabError("deviceLost", "Gone again."));
        return new Promise(() => {});
      };
    };
    await explain(lab, [0]);
    lab.failGpu(new LabError("deviceLost", "Gone."));
    await new Promise((resolve) => setTimeout(resolve));
    await explain(lab, [0]);
    expect(disposed(lab)).toEqual([true, false]);

    fails = true;
    await expect(explain(lab, [0])).rejects.toMatchObject({ code: "deviceLost", message: "Gone again." });
    fails = false;
    await explain(lab, [0]);
    expect(disposed(lab)).toEqual([true, true, false]);
    expect(lab.opened).toBe(3);
  });
});

describe("a question", () => {
  it("is refused as an evaluation is while a trial is trained, also where it waited for another, and disturbs nothing", async () => {
    const lab = createTestLab();
    const { id } = await lab.createTrial();
    const inHand = explain(lab, [0]);
    const waiting = explain(lab, [1]).catch((error: unknown) => error);
    // The first is being answered when the run begins.
    await Promise.resolve();
    const run = train(lab, id);
    const request = { settings: lab.settings, sample: lab.sample, weights: FRESH, views: 0 };
    const [refusal] = await play<EvaluateEvent>((port) => lab.session.evaluate(request, port));
    if (refusal?.type !== "failed") throw new Error("not refused");
    expect(refusal.message).toContain("Trial 1 is still under way");
    await expect(explain(lab, [2])).rejects.toMatchObject({ code: refusal.code, message: refusal.message });
    expect(await waiting).toMatchObject({ message: refusal.message });
    expect((await inHand).maps).toHaveLength(1);
    expect(ending(await run)).toEqual(["finished"]);
  });

  it("about a target that is not there fails by itself", async () => {
    const lab = createTestLab();
    await expect(explain(lab, [0], { target: 1 })).rejects.toThrow("no target 1");
    expect((await explain(lab, [6])).maps).toHaveLength(1);
    expect(disposed(lab)).toEqual([true, false]);
  });

  it("takes along the films that it is about, and no others", () => {
    const { settings, sample } = createTestLab(["Cardiomegaly", "No Finding"]);
    const keys = Uint8Array.from({ length: 7 * FILM_KEY_BYTES }, (_, at) => at % 251);
    const of = { settings, sample: { ...sample, valid: { ...sample.valid, films: keys } }, weights: FRESH };
    const { slots, labels } = sample.valid;
    const { films } = askWhere(of, [5, 2], 0);
    const keyOf = (film: number) => [...keys.subarray(film * FILM_KEY_BYTES, (film + 1) * FILM_KEY_BYTES)];
    expect(films).toEqual({
      slots: Uint32Array.of(slots[5]!, slots[2]!),
      labels: Uint8Array.of(labels[10]!, labels[11]!, labels[4]!, labels[5]!),
      films: Uint8Array.from([...keyOf(5), ...keyOf(2)]),
    });
    // A view would cross with all that it is a view of.
    expect(Object.values(films).map(({ buffer }) => buffer.byteLength)).toEqual([8, 4, 2 * FILM_KEY_BYTES]);
  });

  it("is told that a checkpoint is damaged, and which was looked with in its place", async () => {
    const lab = createTestLab();
    const { id } = await lab.createTrial();
    await train(lab, id);
    const { last } = (await lab.session.listTrials())[0]!.checkpoints;
    const record = lab.kept.map.get(last!.key)!;
    lab.kept.map.set(last!.key, { ...record, bytes: record.bytes.slice(8) });
    const { notices } = await explain(lab, [0], { weights: { kind: "trial", trialId: id, which: "last" } });
    expect(notices).toEqual([expect.stringContaining("damaged")]);
    expect((await explain(lab, [0])).notices).toEqual([]);
  });
});
