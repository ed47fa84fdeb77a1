// What an evaluation's films say, by the statistics worker, of the target and in the way that the reader chooses.
import { toFailure } from "../protocol/labError";
import type { ScoredFilms, ThresholdRule } from "../protocol/statistics";
import type { LabContext } from "./context";
import { EMPTY_FIGURES } from "./initialState";
import type { LabCommands } from "./labCommands";
import { filmsOf, partsOf, sharesOf } from "./scoredFilms";
import type { FiguresState } from "./state";

const STANDS_STILL_MS = 150;

export interface FigureCommands extends Pick<LabCommands, "readFigures"> {
  /** Of an evaluation that has just ended. The operating point that was asked for of the one before holds on. */
  countFigures(): Promise<void>;
}

/** The point that was asked for, for another network or target: one that was slid to is a score, and theirs are others. */
export function carryRule(rule: ThresholdRule): ThresholdRule {
  return rule.by === "score" ? EMPTY_FIGURES.rule : rule;
}

/** What the reader chose of one target, for another: the prevalence is the first's. */
const carryTo = (at: number, { rule, scaled }: FiguresState): FiguresState => ({
  ...EMPTY_FIGURES,
  at,
  rule: carryRule(rule),
  scaled,
});

export function createFigureCommands({ store, workers: { statistics }, patch }: LabContext): FigureCommands {
  /** Choices come faster than answers: only the newest is shown. */
  let asked = 0;
  let summarising = Promise.resolve();

  /** What every choice changes. */
  async function read(): Promise<void> {
    const mine = ++asked;
    const { evaluation: of, figures } = store.getState();
    const { evaluation, sample, learnt } = of;
    if (!evaluation || !sample) return;
    const { at, rule, prevalence, scaled } = figures;
    const facts = sample.validFacts;
    const ofTarget = filmsOf(evaluation, facts, at);
    const shares = sharesOf(learnt, sample.summary, at);
    const choices = { rule, scaled, trainedShare: shares.trained, useShare: prevalence ?? shares.dataset };
    patch("figures", { shares, failure: null });
    try {
      const reading = await statistics.read(ofTarget.films, choices, partsOf(facts, ofTarget, at, evaluation.targets.length));
      if (mine !== asked) return;
      patch("figures", { reading, byPatient: null });
      if (reading.operatingPoint) void boundRates(mine, ofTarget.films, reading.operatingPoint.threshold);
    } catch (error) {
      if (mine === asked) patch("figures", { failure: toFailure(error) });
    }
  }

  /** Thousands of rounds for a point that is slid over would hold up the next: it is counted once the point stands still. */
  async function boundRates(mine: number, films: ScoredFilms, threshold: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, STANDS_STILL_MS));
    if (mine !== asked) return;
    const byPatient = await statistics.boundRates(films, threshold, store.getState().settings.seed).catch(() => null);
    if (mine === asked) patch("figures", { byPatient });
  }

  /**
   * What only another target changes: it is waited for whatever else is chosen meanwhile. It takes seconds of many films, so one is counted at
   * a time, and a target that is only passed by not at all.
   */
  function summarise(): Promise<void> {
    summarising = summarising.then(summariseShown);
    return summarising;
  }

  async function summariseShown(): Promise<void> {
    const { evaluation: of, figures, settings } = store.getState();
    const { evaluation, sample } = of;
    if (!evaluation || !sample || figures.summary) return;
    const { at } = figures;
    const isShown = () => store.getState().evaluation.evaluation === evaluation && store.getState().figures.at === at;
    try {
      const summary = await statistics.summarise(filmsOf(evaluation, sample.validFacts, at).films, settings.seed);
      if (isShown()) patch("figures", { summary });
    } catch (error) {
      if (isShown()) patch("figures", { failure: toFailure(error) });
    }
  }

  async function estimateAurocs(): Promise<void> {
    const { evaluation, sample } = store.getState().evaluation;
    if (!evaluation || !sample) return;
    const targets = evaluation.targets.map((_, at) => filmsOf(evaluation, sample.validFacts, at).films);
    // What fails here fails in the reading too, which says so.
    const aurocs = await statistics.estimateAurocs(targets).catch(() => []);
    if (store.getState().evaluation.evaluation === evaluation) patch("figures", { aurocs });
  }

  return {
    async countFigures() {
      store.setState(({ figures }) => ({ figures: carryTo(0, figures) }));
      await Promise.all([read(), estimateAurocs(), summarise()]);
    },
    async readFigures(change) {
      const { figures } = store.getState();
      const { at = figures.at } = change;
      const isOther = at !== figures.at;
      if (isOther) store.setState({ figures: { ...carryTo(at, figures), aurocs: figures.aurocs } });
      patch("figures", change);
      // What failed once, as with a worker that was lost, is asked for again.
      const isMissing = figures.failure !== null;
      await Promise.all([read(), (isOther || isMissing) && summarise(), isMissing && estimateAurocs()]);
    },
  };
}
