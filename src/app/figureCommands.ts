// What an evaluation's films say, by the statistics worker, of the target and in the way that the reader chooses.
import { toFailure } from "../protocol/labError";
import type { LabContext } from "./context";
import { EMPTY_FIGURES } from "./initialState";
import { filmsOf, partsOf, sharesOf } from "./scoredFilms";
import type { LabCommands } from "./state";

export interface FigureCommands extends Pick<LabCommands, "readFigures"> {
  /** Of an evaluation that has just ended. What the reader chose of the one before holds on. */
  countFigures(): Promise<void>;
}

export function createFigureCommands({ store, workers: { statistics }, patch }: LabContext): FigureCommands {
  /** Choices come faster than answers: only the newest is shown. */
  let asked = 0;

  async function count(isOther: boolean): Promise<void> {
    const mine = ++asked;
    const { evaluation: of, figures, settings } = store.getState();
    const { evaluation, sample, trainedOn } = of;
    if (!evaluation || !sample) return;
    const { at, rule, prevalence, scaled } = figures;
    const facts = sample.validFacts;
    const ofTarget = filmsOf(evaluation, facts, at);
    const { films } = ofTarget;
    const shares = sharesOf(trainedOn, sample.summary, at);
    const choices = { rule, scaled, trainedShare: shares.trained, useShare: prevalence ?? shares.dataset };
    const parts = partsOf(facts, ofTarget, at, evaluation.targets.length);
    try {
      patch("figures", { state: "counting", shares, failure: null });
      const reading = await statistics.read(films, choices, parts);
      if (mine !== asked) return;
      patch("figures", { reading });
      if (isOther) {
        const summary = await statistics.summarise(films, settings.seed);
        if (mine !== asked) return;
        patch("figures", { summary });
      }
      patch("figures", { state: "ready" });
    } catch (error) {
      if (mine === asked) patch("figures", { state: "none", failure: toFailure(error) });
    }
  }

  return {
    async countFigures() {
      const { evaluation: of, figures } = store.getState();
      const { evaluation, sample } = of;
      if (!evaluation || !sample) return;
      const { rule, prevalence, scaled } = figures;
      store.setState({ figures: { ...EMPTY_FIGURES, rule, prevalence, scaled } });
      await count(true);
      const targets = evaluation.targets.map((_, at) => filmsOf(evaluation, sample.validFacts, at).films);
      const aurocs = await statistics.estimateAurocs(targets).catch(() => []);
      if (store.getState().evaluation.evaluation === evaluation) patch("figures", { aurocs });
    },
    async readFigures(change) {
      const before = store.getState().figures;
      patch("figures", change);
      const isOther = change.at !== undefined && change.at !== before.at;
      // The other target's figures are not this one's.
      if (isOther) patch("figures", { summary: null, reading: null, prevalence: null });
      await count(isOther);
    },
  };
}
