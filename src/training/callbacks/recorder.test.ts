import { describe, expect, it } from "vitest";
import type { StepRecord, TrainEvent } from "../../protocol/training";
import { createTestEngine } from "../testEngine";
import { Recorder } from "./recorder";

const step = (n: number, lr = 0.5): StepRecord => ({ step: n, epoch: 0, loss: 1, lr, momentum: 0.9 });

describe("Recorder", () => {
  it("sends steps about ten times a second, none lost and none twice", () => {
    const events: TrainEvent[] = [];
    let now = 0;
    const recorder = new Recorder({
      emit: (event) => events.push(event),
      engine: createTestEngine(4, 0),
      now: () => now,
      epochs: 2,
      epochsDone: 0,
      stepsTotal: 200,
      batchSize: 8,
      validFilms: 8,
    });
    for (let n = 0; n < 100; n++, now += 7) recorder.onStep(step(n), 7);
    recorder.onEnd();
    recorder.onEnd();
    const sent = events.filter((event) => event.type === "steps");
    expect(sent.flatMap(({ steps }) => steps.map((record) => record.step))).toEqual(Array.from({ length: 100 }, (_, n) => n));
    expect(sent).toHaveLength(8);
    expect(sent.at(-1)).toMatchObject({ stepsTotal: 200, filmsPerSecond: 8 / 0.007 });
    expect(sent.at(-1)?.secondsLeft).toBeCloseTo(100 * 0.007 + (2 * 0.007) / 3, 12);
    expect(events.filter(({ type }) => type === "phase")).toHaveLength(1);
  });
});
