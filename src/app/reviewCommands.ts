// A review is read: of each trial its steps, what its kept validation says, and its worst films. What is shown of that is the page's.
import { askWhere } from "../protocol/explanation";
import { toFailure } from "../protocol/labError";
import type { Trial } from "../protocol/training";
import type { LabContext } from "./context";
import { formatPlural } from "./format";
import { NO_REVIEW } from "./initialState";
import type { LabCommands } from "./labCommands";
import { readFigures } from "./readFigures";
import { chooseWrong, nameReview, type ReviewedTrial } from "./review";
import { saveText } from "./save";

type ReviewCommands = Pick<LabCommands, "reviewTrials" | "closeReview" | "saveReview">;

export function createReviewCommands(context: LabContext): ReviewCommands {
  const { store, workers, patch, say } = context;
  const { training } = workers;
  /** A review may be closed, or another opened, before it is read. */
  let asked = 0;

  function add(id: number, part: ReviewedTrial): void {
    const { read } = store.getState().review;
    patch("review", { read: new Map(read).set(id, { ...read.get(id), ...part }) });
  }

  async function readTrial(trial: Trial, isOld: () => boolean): Promise<void> {
    const { id, settings, checkpoints } = trial;
    const steps = await training.readSteps(id).catch(toFailure);
    if (isOld()) return;
    add(id, { steps });
    const which = checkpoints.best ? "best" : "last";
    const read = await readFigures(context, trial, which).catch(toFailure);
    if (isOld()) return;
    if (!read || "code" in read) return add(id, { figures: read, films: read });
    const { kept, sample, figures } = read;
    const films = { wrong: chooseWrong(kept), size: sample.imageSize, explanation: null };
    add(id, { figures, films });
    if (films.wrong.length === 0) return;
    const weights = { kind: "trial", trialId: id, which } as const;
    const places = films.wrong.map(({ place }) => place);
    const explanation = await training.explain(askWhere({ settings, sample, weights }, places, 0)).catch(toFailure);
    if (isOld()) return;
    add(id, "code" in explanation ? { pictureFailure: explanation } : { films: { ...films, explanation } });
  }

  return {
    async reviewTrials(ids) {
      const mine = ++asked;
      const isOld = () => mine !== asked;
      const shown = store.getState().trials.filter(({ id }) => ids.includes(id));
      if (shown.length === 0) return say("Tick the trials to review first.");
      const trials = shown.map(({ id }) => id);
      store.setState({ step: "trials", review: { trials, read: new Map() } });
      for (const trial of shown) {
        await readTrial(trial, isOld);
        if (isOld()) return;
      }
      say(`The review of ${formatPlural(trials.length, "trial")} is ready.`);
    },
    closeReview() {
      asked++;
      store.setState({ review: NO_REVIEW });
    },
    saveReview(html) {
      const { trials } = store.getState().review;
      const name = nameReview(trials);
      saveText(name, html, "text/html");
      say(`${name} is in your downloads.`);
    },
  };
}
