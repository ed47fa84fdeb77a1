// Where the network looked in the film that is shown. A film that is only passed by is not asked for.
import { useEffect, useState } from "react";
import type { Explanation } from "../../protocol/explanation";
import { type Failure, toFailure } from "../../protocol/labError";
import { useCommands } from "../labContext";

const RESTS_MS = 120;

export interface Explained {
  /** The film's; else the one before's until it comes, and null before any. */
  explanation: Explanation | null;
  /** The largest value of all maps so far under this target, so that films compare. */
  most: number;
  failure: Failure | null;
  isCurrent: boolean;
}

interface Known extends Omit<Explained, "isCurrent"> {
  of: string;
  at: number;
}

/** @param place of the film among the evaluation's @param at of the target */
export function useExplanation(place: number, at: number): Explained {
  const { explainFilm } = useCommands();
  const of = `${place} ${at}`;
  const [known, setKnown] = useState<Known>({ of: "", at, most: 0, explanation: null, failure: null });
  useEffect(() => {
    let isWanted = true;
    const settle = (explanation: Explanation | null, failure: Failure | null) =>
      isWanted &&
      setKnown((before) => {
        const mostBefore = before.at === at ? before.most : 0;
        return { of, at, explanation, failure, most: Math.max(mostBefore, ...(explanation?.maps ?? [])) };
      });
    const timer = setTimeout(() => {
      Promise.resolve()
        .then(() => explainFilm(place))
        .then(
          (explanation) => settle(explanation, null),
          (error: unknown) => settle(null, toFailure(error)),
        );
    }, RESTS_MS);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [explainFilm, place, at, of]);
  return { ...known, isCurrent: known.of === of };
}
