// What a tab that only looks on shows and may do: the acting tab's run, told over a BroadcastChannel, and no command that changes anything.
// Who acts is soleTab.ts's to decide.
import type { TrainEvent } from "../protocol/training";
import type { LabContext } from "./context";
import type { LabCommands } from "./labCommands";
import type { RunState } from "./state";

type Message = { type: "hello" } | { type: "shown"; run: RunState } | { type: "event"; event: TrainEvent };

export interface RunBroadcast {
  /** A run, or another one, is shown from its state as it is now. */
  show(run: RunState): void;
  tell(event: TrainEvent): void;
  /** Answers tabs that come later with what is shown by then. */
  answer(run: () => RunState): void;
  /** Asks for what is shown, and hands on what comes, until the returned function is called. */
  lookOn(onShown: (run: RunState) => void, onEvent: (event: TrainEvent) => void): () => void;
}

export function createRunBroadcast(open: () => BroadcastChannel = () => new BroadcastChannel("roentgen-lab-run")): RunBroadcast {
  const channel = open();
  const post = (message: Message) => channel.postMessage(message);
  return {
    show: (run) => post({ type: "shown", run }),
    tell: (event) => post({ type: "event", event }),
    answer(run) {
      channel.onmessage = ({ data }: MessageEvent<Message>) => {
        if (data.type === "hello") post({ type: "shown", run: run() });
      };
    },
    lookOn(onShown, onEvent) {
      channel.onmessage = ({ data }: MessageEvent<Message>) => {
        if (data.type === "shown") onShown(data.run);
        else if (data.type === "event") onEvent(data.event);
      };
      post({ type: "hello" });
      return () => {
        channel.onmessage = null;
      };
    },
  };
}

type Answers<Command> = Command extends (...args: never[]) => void | Promise<void> ? never : Command;
type AnsweringCommand = {
  [Name in keyof LabCommands]: Answers<LabCommands[Name]> extends never ? never : Name;
}[keyof LabCommands];

/** Commands that start, prepare, change and delete nothing; whoever asks a question gets its answer. */
const LOOKING: Record<AnsweringCommand, true> & Partial<Record<keyof LabCommands, true>> = {
  goTo: true,
  countWall: true,
  readWall: true,
  thumbnail: true,
  previewFilms: true,
  explainFilm: true,
  lookAtStorage: true,
  compareTrials: true,
  pinBaseline: true,
  chooseComparedWeights: true,
  closeComparison: true,
  exportTrial: true,
  downloadFailedFilms: true,
  downloadGpuCheck: true,
  downloadWeights: true,
  downloadModelCard: true,
  downloadTrial: true,
  downloadTorchBundle: true,
  downloadPredictions: true,
  reviewTrials: true,
  closeReview: true,
  saveReview: true,
  changeTrialsView: true,
  downloadTable: true,
};

export const LOOKS_ON =
  "The lab is open in another tab, and that one acts: this one only looks on. Close the other to go on here; a trial goes on from its last checkpoint.";

/** The commands, of which a tab that looks on gives a sentence instead of those that change something. */
export function refuseWhileLookingOn(commands: LabCommands, { store, say }: Pick<LabContext, "store" | "say">): LabCommands {
  const refuseOrCall =
    (command: (...args: never[]) => unknown) =>
    (...args: never[]) =>
      store.getState().tab === "looksOn" ? say(LOOKS_ON) : command(...args);
  const entries = Object.entries(commands).map(([name, command]) => [
    name,
    Object.hasOwn(LOOKING, name) ? command : refuseOrCall(command),
  ]);
  return Object.fromEntries(entries);
}
