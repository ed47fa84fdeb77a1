import { expect, it } from "vitest";
import { commandAt, createTestLab } from "./testLab";
import { train } from "./testRuns";

/** A rate at which nothing is learnt, so that no epoch is better than the first by accuracy. */
const STUCK = { epochs: 9, maxLr: 1e-12, earlyStop: 2, keepBest: "accuracy" } as const;

it("ends a run that gets no better as finished, and says which epoch was best", async () => {
  const lab = createTestLab();
  const { id } = await lab.createTrial(STUCK);
  const events = await train(lab, id);
  expect(events.at(-1)).toMatchObject({ type: "finished", trial: { state: "finished", stepsDone: 15, stepsTotal: 45 } });
  lab.reload();
  const [trial] = await lab.session.listTrials();
  const earlyEnd = expect.stringMatching(/after epoch 3 of 9: by accuracy the best is epoch 1, and none of the 2/);
  expect(trial).toMatchObject({ earlyEnd, epochs: { length: 3 } });
  expect(JSON.parse(await lab.session.exportTrial(id))).toMatchObject({ earlyEnd });
});

it("ends there too when resumed, and takes no further step when resumed again", async () => {
  const lab = createTestLab();
  const { id } = await lab.createTrial(STUCK);
  await train(lab, id, commandAt(lab, 12, "stop"));
  lab.onEngine = () => {};
  lab.reload();
  const resumed = await train(lab, id);
  expect(resumed.at(-1)).toMatchObject({ type: "finished", trial: { stepsDone: 15 } });
  const again = await train(lab, id);
  expect(again.at(-1)).toMatchObject({ type: "finished", trial: { stepsDone: 15 } });
  expect(again.filter(({ type }) => type === "steps")).toEqual([]);
});

it("says nothing of a run that came to its last epoch", async () => {
  const lab = createTestLab();
  const { id } = await lab.createTrial({ ...STUCK, epochs: 3 });
  const events = await train(lab, id);
  expect(events.at(-1)).toMatchObject({ type: "finished", trial: { stepsDone: 15, stepsTotal: 15 } });
  expect((await lab.session.listTrials())[0]?.earlyEnd).toBeNull();
});
