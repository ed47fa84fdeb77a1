// Runs LR Find, as often as asked, on a borrowed network. The steps themselves are finder.ts's.
import type { Engine } from "../nn/engine";
import { type FinderEvent, type FinderPoint, type FinderRequest, MOST_FINDER_RUNS } from "../protocol/finder";
import type { Job } from "../protocol/job";
import { LabError } from "../protocol/labError";
import type { PhaseEvent } from "../protocol/training";
import { augmentEpoch, FINDER_EPOCH } from "./augment";
import { drawFinderBatches, readBatches } from "./batches";
import { findLr } from "./finder";
import { averageRuns, toFinderResult } from "./finderCurve";
import { createPace } from "./pace";
import { planRun } from "./plan";
import type { Workbench } from "./workbench";

/**
 * Each run begins from the same weights and takes the films in an order of its own, that of seed + run.
 * @param giveWeights to the network, before the first run
 */
export function runFinder(
  workbench: Workbench,
  now: () => number,
  giveWeights: (engine: Engine) => Promise<void>,
  { emit, signal }: Job<FinderEvent>,
  { settings, sample, finder }: FinderRequest,
): Promise<FinderEvent> {
  const { steps, runs } = finder;
  if (!(Number.isInteger(runs) && runs >= 1 && runs <= MOST_FINDER_RUNS)) {
    throw new LabError("badSettings", `Finder runs must be a whole number from 1 to ${MOST_FINDER_RUNS}.`, "Finder runs");
  }
  const { drawFilms, finderOptimizerAt } = planRun(settings, sample);
  const onPhase = (phase: Omit<PhaseEvent, "type">) => emit({ type: "phase", ...phase });

  return workbench.lend(settings, sample, onPhase, async ({ engine, source, compile }): Promise<FinderEvent> => {
    await giveWeights(engine);
    await compile("training", finderOptimizerAt(finder.startLr));
    const train = await source(sample.train);
    const films = drawFilms(0);
    const ended: FinderPoint[][] = [];
    const due = createPace(now);
    const tell = (points: readonly FinderPoint[], run: number) =>
      emit({
        type: "curve",
        curve: averageRuns(run === 0 ? [points] : ended),
        progress: { step: points.length, steps, run, runs },
        gpuBytes: engine.memory().gpuBytes,
      });
    for (let run = 0; run < runs && !(run > 0 && signal.aborted); run++) {
      onPhase({ phase: "training", detail: `Looking for a learning rate${runs > 1 ? `, run ${run + 1} of ${runs}` : ""}.` });
      const seed = settings.seed + run;
      const drawn = drawFinderBatches(films, seed, settings.batchSize);
      // Films as the run will see them, as in fastai's finder.
      const batches = readBatches(train, drawn, augmentEpoch({ ...settings, seed }, FINDER_EPOCH));
      const points = await findLr(engine, finder, batches, finderOptimizerAt, signal, (so) => {
        if (due()) tell(so, run);
      });
      // A repeat that was stopped would end the mean where it was stopped.
      if (!signal.aborted || run === 0) ended.push(points);
      tell(points, run);
    }
    return { type: signal.aborted ? "stopped" : "finished", result: toFinderResult(ended, steps) };
  });
}
