import { expect, it, vi } from "vitest";
import { createStore } from "zustand/vanilla";
import type { TrainEvent } from "../protocol/training";
import { INITIAL_STATE } from "./initialState";
import type { LabCommands } from "./labCommands";
import { createRunBroadcast, LOOKS_ON, refuseWhileLookingOn } from "./onlooking";
import type { LabState, RunState } from "./state";

it("shows a tab that comes late what is shown by then, and from then on what happens", async () => {
  const channels: BroadcastChannel[] = [];
  const open = () => {
    const channel = new BroadcastChannel("run of this test");
    channels.push(channel);
    return channel;
  };
  const acting = createRunBroadcast(open);
  let run: RunState = INITIAL_STATE.run;
  acting.answer(() => run);
  run = { ...INITIAL_STATE.run, state: "running", stepsSeen: 7 };

  const seen: unknown[] = [];
  const lookAway = createRunBroadcast(open).lookOn(
    ({ state, stepsSeen }) => seen.push([state, stepsSeen]),
    (event) => seen.push(event),
  );
  await vi.waitFor(() => expect(seen).toEqual([["running", 7]]));
  const notice: TrainEvent = { type: "notice", message: "so" };
  acting.tell(notice);
  acting.show({ ...run, state: "done" });
  await vi.waitFor(() => expect(seen.slice(1)).toEqual([notice, ["done", 7]]));

  lookAway();
  // What the next tab hears, this one would have heard before.
  const heardBy = vi.fn();
  createRunBroadcast(open).lookOn(() => {}, heardBy);
  acting.tell(notice);
  await vi.waitFor(() => expect(heardBy).toHaveBeenCalledOnce());
  expect(seen).toHaveLength(3);
  for (const channel of channels) channel.close();
});

it("refuses in a sentence what changes something, answers what is asked, and refuses nothing once the tab acts", async () => {
  const store = createStore<LabState>(() => ({ ...INITIAL_STATE, tab: "looksOn" }));
  const called: string[] = [];
  const commands = {
    train: async () => void called.push("train"),
    countWall: async () => 3,
  } as unknown as LabCommands;
  const said: string[] = [];
  const guarded = refuseWhileLookingOn(commands, { store, say: (sentence) => said.push(sentence) });
  await guarded.train();
  expect(await guarded.countWall("all")).toBe(3);
  expect([called, said]).toEqual([[], [LOOKS_ON]]);
  store.setState({ tab: "acts" });
  await guarded.train();
  expect([called, said]).toEqual([["train"], [LOOKS_ON]]);
});
