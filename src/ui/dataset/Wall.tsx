// The wall of films with its filters: only what is seen is in the page, however many films there are.
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef, useState } from "react";
import type { WallFilter } from "../../protocol/dataset";
import { useCommands } from "../labContext";
import { formatPlural } from "../parts/format";
import { Panel } from "../parts/Panel";
import partsStyles from "../parts/parts.module.css";
import { SCROLLS_BY_KEY } from "../parts/ScrollBox";
import { FilmTile, TILE_SIDE } from "./FilmTile";
import { ThumbnailCache } from "./thumbnailCache";
import { useWall } from "./useWall";
import styles from "./wall.module.css";

const FILTERS: { filter: WallFilter; words: string }[] = [
  { filter: "all", words: "all" },
  { filter: "positive", words: "positive" },
  { filter: "negative", words: "negative" },
  { filter: "uncertain", words: "uncertain" },
  { filter: "setAside", words: "not drawn" },
];

const GAP = 8;
const SMALLEST_TILE = 84;

/** `labelKey` changes whenever films may be labelled anew. */
export function Wall({ labelKey }: { labelKey: string }) {
  const { thumbnail } = useCommands();
  const [filter, setFilter] = useState<WallFilter>("all");
  const cache = useMemo(() => new ThumbnailCache((row) => thumbnail(row, TILE_SIDE)), [thumbnail]);
  useEffect(() => () => cache.clear(), [cache]);
  return (
    <Panel
      title="Films"
      className={styles.wallPanel}
      aside={
        <div className={partsStyles.pills}>
          {FILTERS.map((one) => (
            <button type="button" key={one.filter} aria-pressed={one.filter === filter} onClick={() => setFilter(one.filter)}>
              {one.words}
            </button>
          ))}
        </div>
      }
    >
      <WallGrid key={`${filter} ${labelKey}`} filter={filter} cache={cache} />
    </Panel>
  );
}

function WallGrid({ filter, cache }: { filter: WallFilter; cache: ThumbnailCache }) {
  const { count, failure, film, need } = useWall(filter);
  const box = useRef<HTMLElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (!box.current) return;
    const watcher = new ResizeObserver(([entry]) => setWidth(entry?.contentRect.width ?? 0));
    watcher.observe(box.current);
    return () => watcher.disconnect();
  }, []);

  const columns = Math.max(3, Math.floor((width + GAP) / (SMALLEST_TILE + GAP)));
  const tile = Math.max(1, (width - GAP * (columns - 1)) / columns);
  const lines = Math.ceil((count ?? 0) / columns);
  const virtual = useVirtualizer({
    count: width > 0 ? lines : 0,
    getScrollElement: () => box.current,
    estimateSize: () => tile + GAP,
    overscan: 3,
  });
  useEffect(() => {
    if (tile > 1) virtual.measure();
  }, [virtual, tile]);

  const seen = virtual.getVirtualItems();
  const first = (seen.at(0)?.index ?? 0) * columns;
  const last = Math.min((count ?? 0) - 1, ((seen.at(-1)?.index ?? -1) + 1) * columns - 1);
  useEffect(() => {
    if (last >= first) need(first, last);
  }, [need, first, last]);

  // What is wrong with the settings the step's own notice says already.
  if (failure) return <p className={styles.wallEmpty}>{failure.message}</p>;
  return (
    <>
      {count === 0 && <p className={styles.wallEmpty}>No film here. Another filter, or another label policy, may have some.</p>}
      <section ref={box} className={styles.wall} aria-label="Wall of films" {...SCROLLS_BY_KEY}>
        {count === null && <WaitingTiles />}
        <ul style={{ height: virtual.getTotalSize() }} aria-label={formatPlural(count ?? 0, "film")}>
          {seen.map(({ index: line, start }) =>
            Array.from({ length: columns }, (_, column) => {
              const index = line * columns + column;
              if (count === null || index >= count) return null;
              const here = film(index);
              const place = { width: tile, height: tile, left: column * (tile + GAP), top: start };
              return (
                <li key={index} style={place} aria-setsize={count} aria-posinset={index + 1}>
                  {here ? <FilmTile film={here} cache={cache} /> : <div className={styles.tile} data-look="waiting" />}
                </li>
              );
            }),
          )}
        </ul>
      </section>
    </>
  );
}

const WAITING_TILES = Array.from({ length: 40 }, (_, index) => `waiting ${index}`);

export function WaitingTiles() {
  return (
    <div className={styles.waitingTiles} aria-hidden="true">
      {WAITING_TILES.map((key) => (
        <div key={key} className={styles.tile} data-look="waiting" />
      ))}
    </div>
  );
}
