// Where the network looked in the film that is shown. A film that is only passed by is not asked for.
import { useEffect, useState } from "react";
import type { Explanation } from "../../protocol/explanation";
import { type Failure, toFailure } from "../../protocol/labError";
import { useCommands } from "../labContext";

const RESTS_MS = 120;

export interface Explained {
  /** The film's; else the one before's until it comes, and null before any. */
  explanation: Explanation | null;
  failure: Failure | null;
  isCurrent: boolean;
}

/** @param place of the film among the evaluation's @param at of the target */
export function useExplanation(place: number, at: number): Explained {
  const { explainFilm } = useCommands();
  const of = `${place} ${at}`;
  const [known, setKnown] = useState<Omit<Explained, "isCurrent"> & { of: string }>({ of: "", explanation: null, failure: null });
  useEffect(() => {
    let isWanted = true;
    const settle = (change: Partial<Explained>) =>
      isWanted && setKnown((before) => ({ ...before, failure: null, ...change, of }));
    const timer = setTimeout(() => {
      Promise.resolve()
        .then(() => explainFilm(place))
        .then(
          (explanation) => settle({ explanation }),
          (error: unknown) => settle({ explanation: null, failure: toFailure(error) }),
        );
    }, RESTS_MS);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [explainFilm, place, of]);
  return { ...known, isCurrent: known.of === of };
}
