// Trials side by side: their steps and predictions are read, and each is held against the baseline by the statistics worker.
import { toFailure } from "../protocol/labError";
import type { KeptValidation, Trial } from "../protocol/training";
import {
  type ComparedWeights,
  demandFilms,
  type KnownFilms,
  matchFilms,
  type NotCompared,
  refusePair,
  sharedTargets,
  type TrialComparison,
} from "./compare";
import type { LabContext } from "./context";
import { correctByHolm } from "./holm";
import { EMPTY_COMPARISON } from "./initialState";
import type { LabCommands } from "./labCommands";
import type { ComparisonState } from "./state";

type CompareCommands = Pick<LabCommands, "compareTrials" | "pinBaseline" | "chooseComparedWeights" | "closeComparison">;

export function createCompareCommands({ store, workers, patch, say }: LabContext): CompareCommands {
  const { training, statistics } = workers;
  /** Choices come faster than answers: only the newest is shown. */
  let asked = 0;
  /** What was read for the comparison that is open. */
  let validations = new Map<string, KeptValidation | null>();

  const isOld = (mine: number) => mine !== asked;

  /** As it is listed, as long as it is: it may be deleted while it is compared. */
  function comparedTrials(): Trial[] {
    const { comparison, trials } = store.getState();
    return trials.filter(({ id }) => comparison.trials.includes(id));
  }

  async function readValidation(id: number, which: ComparedWeights): Promise<KeptValidation | null> {
    const key = `${id} ${which}`;
    const kept = validations.get(key) ?? (await training.readValidation(id, which));
    validations.set(key, kept);
    return kept;
  }

  async function readSteps(id: number, mine: number): Promise<void> {
    if (store.getState().comparison.steps.has(id)) return;
    // Curves that are damaged are missed on their chart; what is wrong is said where the films are compared.
    const steps = await training.readSteps(id).catch(() => null);
    if (steps && !isOld(mine)) patch("comparison", { steps: new Map(store.getState().comparison.steps).set(id, steps) });
  }

  /** What can be compared of each trial, and why nothing can. */
  async function readFilms(mine: number) {
    const { which } = store.getState().comparison;
    const known = new Map<number, KnownFilms>();
    const refused: NotCompared[] = [];
    const notices: string[] = [];
    for (const trial of comparedTrials()) {
      // First, since both may be of one checkpoint, which is then read once.
      await readSteps(trial.id, mine);
      if (isOld(mine)) break;
      try {
        const kept = await readValidation(trial.id, which);
        const films = demandFilms(trial, kept, which);
        if ("why" in films) refused.push(films);
        else known.set(trial.id, films);
        if (kept?.notice) notices.push(`Trial ${trial.id}: ${kept.notice}`);
      } catch (error) {
        refused.push({ trial: trial.id, why: toFailure(error).message });
      }
      if (isOld(mine)) break;
    }
    return { known, refused, notices };
  }

  async function compareAll(mine: number): Promise<void> {
    try {
      patch("comparison", { state: "counting", rows: [], refused: [], notices: [], baselineAurocs: [], failure: null });
      const { known, refused, notices } = await readFilms(mine);
      if (isOld(mine)) return;
      const { baseline: id, trials } = store.getState().comparison;
      const baseline = known.get(id);
      if (!baseline) return patch("comparison", { state: "ready", refused, notices });
      const seed = comparedTrials().find((trial) => trial.id === id)?.settings.seed ?? 0;
      const rows: Omit<TrialComparison, "holmP">[] = [];
      for (const other of trials) {
        const trial = known.get(other);
        if (other === id || !trial) continue;
        const why = refusePair(trial, baseline, [other, id]);
        if (why) refused.push({ trial: other, why });
        for (const target of sharedTargets(trial, baseline)) {
          const { overlap, films, baselineScores } = matchFilms(trial, baseline, target);
          const models = await statistics.compare(films, baselineScores, seed);
          if (isOld(mine)) return;
          rows.push({ trial: other, baseline: id, target, overlap, models, knowsPatients: baseline.patients !== null });
        }
      }
      const all = baseline.targets.map((target) => matchFilms(baseline, baseline, target).films);
      const aurocs = await statistics.estimateAurocs(all);
      if (isOld(mine)) return;
      const holm = correctByHolm(rows.map(({ models }) => models.auroc?.p ?? null));
      patch("comparison", {
        state: "ready",
        rows: rows.map((row, at) => ({ ...row, holmP: holm[at] ?? null })),
        refused,
        notices,
        baselineAurocs: baseline.targets.map((target, at) => ({
          target,
          films: all[at]?.labels.length ?? 0,
          auroc: aurocs[at] ?? null,
        })),
      });
      say(`Trials are compared with trial ${id}.`);
    } catch (error) {
      if (!isOld(mine)) patch("comparison", { state: "ready", failure: toFailure(error) });
    }
  }

  async function chooseAnew(change: Partial<ComparisonState>): Promise<void> {
    patch("comparison", change);
    await compareAll(++asked);
  }

  return {
    async compareTrials(ids) {
      const trials = [...new Set(ids)].sort((a, b) => a - b);
      const [earliest] = trials;
      if (earliest === undefined || trials.length < 2) return say("Choose two trials or more to compare.");
      validations = new Map();
      const { which } = store.getState().comparison;
      const mine = ++asked;
      store.setState({
        step: "trials",
        comparison: { ...EMPTY_COMPARISON, which, trials, baseline: earliest, state: "counting" },
      });
      await compareAll(mine);
    },
    pinBaseline: (baseline) => chooseAnew({ baseline }),
    chooseComparedWeights: (which) => chooseAnew({ which }),
    closeComparison() {
      asked++;
      validations = new Map();
      const { which } = store.getState().comparison;
      store.setState({ comparison: { ...EMPTY_COMPARISON, which } });
    },
  };
}
