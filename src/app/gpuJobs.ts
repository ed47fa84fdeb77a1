// Who has the GPU: one job at a time, and where its failure is shown. Knows no job's events.
import { type Failure, toFailure } from "../protocol/labError";
import { announce, type LabContext } from "./context";

export type GpuPart = "finder" | "run" | "evaluation" | "gpuCheck";

export interface GpuJobs {
  /**
   * Runs `start` where nothing else has the GPU, and shows what it throws where `part` stands.
   * @param isGivenUp whether it is only on its way out: the next job then waits for its end instead of being refused
   */
  alone(part: GpuPart, name: string, start: () => Promise<void>, isGivenUp?: () => boolean): Promise<void>;
  fail(part: GpuPart, failure: Failure): void;
  /** What has the GPU now. */
  underWay(): { part: GpuPart; name: string } | null;
}

export function createGpuJobs({ store, patch, say }: LabContext): GpuJobs {
  /** From the moment it is asked for: a second click in between must not start a second job. */
  let underWay: { part: GpuPart; name: string; ended: Promise<void>; isGivenUp: () => boolean } | null = null;

  function fail(part: GpuPart, failure: Failure): void {
    // What may not begin has not: nothing that is shown has failed, and the ways out stand beside the settings.
    if (failure.code !== "overBudget" && failure.code !== "featureOff") patch(part, { state: "failed", failure });
    say(failure.message);
    announce({ type: "failed", ...failure });
  }

  return {
    fail,
    underWay: () => underWay,
    async alone(part, name, start, isGivenUp = () => false) {
      if (underWay?.isGivenUp()) await underWay.ended;
      if (underWay) return say(`${underWay.name} is under way: wait for its end, or stop it.`);
      const ended = start()
        .catch((error: unknown) => fail(part, toFailure(error)))
        .finally(() => {
          underWay = null;
          store.setState({ gpuBytes: 0 });
        });
      underWay = { part, name, ended, isGivenUp };
      await ended;
    },
  };
}
