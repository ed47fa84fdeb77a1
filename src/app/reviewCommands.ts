// A review is read: of each trial its steps, what its kept validation says, and its worst films. What is shown of that is the page's.
import { askWhere } from "../protocol/explanation";
import { toFailure } from "../protocol/labError";
import type { Trial } from "../protocol/training";
import type { LabContext } from "./context";
import { formatPlural } from "./format";
import { NO_REVIEW } from "./initialState";
import { chooseOffered, nameWeights } from "./offeredWeights";
import { chooseReading, chooseWrong, nameReview, type ReviewedFigures, type ReviewedTarget, type ReviewedTrial } from "./review";
import { saveText } from "./save";
import { filmsOf, partsOf, sharesOf } from "./scoredFilms";
import type { LabCommands } from "./state";

type ReviewCommands = Pick<LabCommands, "reviewTrials" | "closeReview" | "saveReview">;

export function createReviewCommands({ store, workers, patch, say }: LabContext): ReviewCommands {
  const { training, statistics } = workers;
  /** A review may be closed, or another opened, before it is read. */
  let asked = 0;

  function add(id: number, part: ReviewedTrial): void {
    const { read } = store.getState().review;
    patch("review", { read: new Map(read).set(id, { ...read.get(id), ...part }) });
  }

  async function readValidation(trial: Trial) {
    const { id, checkpoints, settings, sample: trainedOn } = trial;
    const which = checkpoints.best ? "best" : "last";
    const kept = await training.readValidation(id, which);
    if (!kept) return null;
    const sample = await training.readSample(id);
    const { validFacts: facts, summary: drawn } = sample;
    const weights = nameWeights(id, chooseOffered(trial, which));
    const targets: ReviewedTarget[] = [];
    // One after another: each is drawn some thousand times, and the worker does one thing at a time.
    for (const [at, target] of kept.targets.entries()) {
      const ofTarget = filmsOf(kept, facts, at);
      const shares = sharesOf(trainedOn, drawn, at);
      const { rule, scaled, prevalence } = chooseReading(store.getState(), weights, at);
      const choices = { rule, scaled, trainedShare: shares.trained, useShare: prevalence ?? shares.dataset };
      const parts = at === 0 ? partsOf(facts, ofTarget, at, kept.targets.length) : { groupings: [], blanks: null };
      const [summary, reading] = await Promise.all([
        statistics.summarise(ofTarget.films, settings.seed),
        statistics.read(ofTarget.films, choices, parts),
      ]);
      targets.push({ target, shares, summary, rule, reading });
    }
    const groupings = (facts?.groups ?? []).map(({ by, names }) => ({ by, names }));
    const figures: ReviewedFigures = { which, epoch: kept.epoch, targets, groupings, notice: kept.notice };
    return { which, kept, sample, figures } as const;
  }

  async function readTrial(trial: Trial, isOld: () => boolean): Promise<void> {
    const { id, settings } = trial;
    const steps = await training.readSteps(id).catch(toFailure);
    if (isOld()) return;
    add(id, { steps });
    const read = await readValidation(trial).catch(toFailure);
    if (isOld()) return;
    if (!read || "code" in read) return add(id, { figures: read, films: read });
    const { kept, sample, which, figures } = read;
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
