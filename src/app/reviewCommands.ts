// A review is read: of each trial its steps, what its kept validation says, and its worst films. What is shown of that is the page's.
import { toFailure } from "../protocol/labError";
import type { Trial } from "../protocol/training";
import type { LabContext } from "./context";
import { formatPlural } from "./format";
import { NO_REVIEW } from "./initialState";
import { chooseWrong, nameReview, type ReviewedFigures, type ReviewedTrial } from "./review";
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

  async function readValidation({ id, checkpoints, settings, sample: trainedOn }: Trial) {
    const which = checkpoints.best ? "best" : "last";
    const kept = await training.readValidation(id, which);
    if (!kept) return null;
    const sample = await training.readSample(id);
    const { validFacts: facts, summary: drawn } = sample;
    const ofTargets = kept.targets.map((_, at) => filmsOf(kept, facts, at));
    const [main] = ofTargets;
    if (!main) return null;
    const shares = sharesOf(trainedOn, drawn, 0);
    const choices = { rule: { by: "youden" } as const, scaled: false, trainedShare: shares.trained, useShare: shares.dataset };
    const groups = facts?.groups ?? [];
    const [aurocs, summary, reading] = await Promise.all([
      statistics.estimateAurocs(ofTargets.map(({ films }) => films)),
      statistics.summarise(main.films, settings.seed),
      statistics.read(main.films, choices, partsOf(facts, main, 0, kept.targets.length)),
    ]);
    const figures: ReviewedFigures = {
      which,
      epoch: kept.epoch,
      targets: kept.targets.map((target, at) => {
        const labels = ofTargets[at]?.films.labels ?? new Uint8Array();
        const positives = labels.reduce((sum, label) => sum + label, 0);
        return { target, films: labels.length, positives, auroc: aurocs[at] ?? null };
      }),
      shares,
      summary,
      reading,
      groupings: groups.map(({ by, names }) => ({ by, names })),
      notice: kept.notice,
    };
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
    const explanation = await training.explain({ settings, sample, weights, films: places, target: 0 }).catch(toFailure);
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
