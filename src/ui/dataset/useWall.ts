// The rows behind the wall, read page by page as they scroll into view. It holds no films.
import { useCallback, useEffect, useRef, useState } from "react";
import type { WallFilm, WallFilter } from "../../protocol/dataset";
import { type Failure, toFailure } from "../../protocol/labError";
import { useCommands } from "../labContext";

const PAGE_ROWS = 240;

interface Wall {
  /** Null until counted. */
  count: number | null;
  failure: Failure | null;
  /** The film at this place, or nothing while its page is on the way. */
  film(index: number): WallFilm | undefined;
  /** Reads the pages that hold these places, where they are not there yet. */
  need(first: number, last: number): void;
}

/** The component must be mounted anew (by its key) when the filter or the labels change. */
export function useWall(filter: WallFilter): Wall {
  const { countWall, readWall } = useCommands();
  const [count, setCount] = useState<number | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [pages, setPages] = useState<ReadonlyMap<number, WallFilm[]>>(new Map());
  const asked = useRef(new Set<number>());

  useEffect(() => {
    let mounted = true;
    countWall(filter).then(
      (films) => mounted && setCount(films),
      (error: unknown) => mounted && setFailure(toFailure(error)),
    );
    return () => {
      mounted = false;
    };
  }, [countWall, filter]);

  const need = useCallback(
    (first: number, last: number) => {
      for (let page = Math.floor(first / PAGE_ROWS); page <= Math.floor(last / PAGE_ROWS); page++) {
        if (asked.current.has(page)) continue;
        asked.current.add(page);
        readWall(filter, page * PAGE_ROWS, PAGE_ROWS).then(
          (films) => setPages((before) => new Map(before).set(page, films)),
          (error: unknown) => setFailure(toFailure(error)),
        );
      }
    },
    [readWall, filter],
  );

  return { count, failure, film: (index) => pages.get(Math.floor(index / PAGE_ROWS))?.[index % PAGE_ROWS], need };
}
