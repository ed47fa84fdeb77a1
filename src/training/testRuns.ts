// What tests of kept runs do and look at, on the lab of doubles (testLab.ts).
import type { TrainEvent } from "../protocol/training";
import { type Checkpoint, unsealCheckpoint } from "../storage/checkpointRecord";
import { type Page, play, type TestLab } from "./testLab";

export const STEPS_TOTAL = 15;

export const train = (lab: TestLab, id: number, page?: Page<TrainEvent>) =>
  play<TrainEvent>((port) => lab.session.train(id, port), page);
export const steps = (events: TrainEvent[]) => events.flatMap((event) => (event.type === "steps" ? event.steps : []));
export const ending = (events: { type: string }[]) =>
  events.map(({ type }) => type).filter((type) => ["finished", "stopped", "failed"].includes(type));

export async function lastCheckpoint(lab: TestLab, id: number): Promise<Checkpoint> {
  const trial = (await lab.session.listTrials()).find((one) => one.id === id);
  const record = lab.kept.map.get(trial?.checkpoints.last?.key ?? "");
  const whole = record && (await unsealCheckpoint(structuredClone(record)));
  if (!whole) throw new Error("no whole checkpoint");
  return whole;
}

/** All of a checkpoint that must be the same bit for bit; time spent is not among it. */
export function essence({ seconds, ...checkpoint }: Checkpoint) {
  return { ...checkpoint, epochs: checkpoint.epochs.map((epoch) => ({ ...epoch, seconds: 0 })) };
}
