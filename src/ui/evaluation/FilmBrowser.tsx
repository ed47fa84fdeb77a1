// Every film that is evaluated, in the order and of the kind that is asked for, and the chosen one large: from film to film by the arrow keys.
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from "react";
import { wrongness } from "../../app/predictions";
import type { Evaluation } from "../../protocol/training";
import { useCommands, useLab } from "../labContext";
import { SelectField } from "../parts/fields";
import { formatMetric, formatPlural } from "../parts/format";
import { Panel } from "../parts/Panel";
import partsStyles from "../parts/parts.module.css";
import styles from "./browser.module.css";
import { FilmDetail } from "./FilmDetail";
import { type FilmFilter, type FilmOrder, filterFilms, type ListedFilm, orderFilms } from "./films";
import { usePredictions } from "./usePredictions";

const ORDERS: { order: FilmOrder; words: string }[] = [
  { order: "mostWrong", words: "most wrong" },
  { order: "mostCertain", words: "most certain" },
  { order: "leastCertain", words: "least certain" },
];
const FILTERS: { value: FilmFilter; label: string }[] = [
  { value: "all", label: "all films" },
  { value: "falsePositive", label: "false positives" },
  { value: "falseNegative", label: "false negatives" },
  { value: "positive", label: "positive" },
  { value: "negative", label: "negative" },
  { value: "doubtful", label: "marked as doubtful" },
];
const LABEL_WORDS = { 0: "negative", 1: "positive", unknown: "unknown" };
const ROW_HEIGHT = 32;

export function FilmBrowser({ evaluation }: { evaluation: Evaluation }) {
  const [order, setOrder] = useState<FilmOrder>("mostWrong");
  const [filter, setFilter] = useState<FilmFilter>("all");
  const threshold = useLab((lab) => lab.figures.reading?.operatingPoint?.threshold ?? 0);
  const doubtful = useLab((lab) => lab.settings.doubtful);
  const predictions = usePredictions(evaluation);
  const films = useMemo(() => {
    const marked = new Set(doubtful);
    return predictions.map((prediction, place) => ({ ...prediction, place, doubtful: marked.has(prediction.path) }));
  }, [predictions, doubtful]);
  const shown = useMemo(
    () => orderFilms(filterFilms(films, filter, threshold), order, threshold),
    [films, filter, order, threshold],
  );
  return (
    <Panel
      title="Films"
      className={styles.panel}
      aside={
        <div className={partsStyles.pills}>
          {ORDERS.map((one) => (
            <button type="button" key={one.order} aria-pressed={one.order === order} onClick={() => setOrder(one.order)}>
              {one.words}
            </button>
          ))}
        </div>
      }
    >
      <div className={styles.filter}>
        <SelectField label="Show" value={filter} options={FILTERS} onChange={setFilter} />
        <span>{formatPlural(shown.length, "film")}</span>
      </div>
      {/* The chosen film is another one's place where what is shown changes. */}
      <Films key={`${order} ${filter}`} evaluation={evaluation} films={shown} />
    </Panel>
  );
}

function Films({ evaluation, films }: { evaluation: Evaluation; films: ListedFilm[] }) {
  const [wanted, setAt] = useState(0);
  // The list may have grown shorter since: a film that is no longer doubtful leaves it, as one does that is no longer called positive.
  const at = Math.min(wanted, films.length - 1);
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const mark = useMarkDoubtful();
  const isTest = useLab((lab) => lab.evaluation.testSet !== null);
  const virtual = useVirtualizer({
    count: films.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 8,
  });
  const chosen = films[at];

  useEffect(() => {
    virtual.scrollToIndex(at);
  }, [virtual, at]);

  function moveByKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.floor((box.current?.clientHeight ?? 0) / ROW_HEIGHT) || 1;
    const moves: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: films.length - 1,
    };
    const to = moves[event.key];
    if (to !== undefined) {
      event.preventDefault();
      setAt(Math.max(0, Math.min(films.length - 1, to)));
    } else if (event.key === "d" && chosen) mark(chosen, !chosen.doubtful);
  }

  if (!chosen) return <p className={styles.none}>No such film.</p>;
  return (
    <div className={styles.browser}>
      <div
        ref={box}
        className={styles.list}
        role="listbox"
        tabIndex={0}
        aria-label={isTest ? "Test films" : "Validation films"}
        aria-activedescendant={`${id}-${at}`}
        onKeyDown={moveByKey}
      >
        <div style={{ height: virtual.getTotalSize(), position: "relative" }}>
          {virtual.getVirtualItems().map(({ index, start }) => {
            const film = films[index];
            return (
              film && (
                // biome-ignore lint/a11y/useKeyWithClickEvents: the list takes the keys
                // biome-ignore lint/a11y/useFocusableInteractive: the list has the focus
                <div
                  key={film.place}
                  id={`${id}-${index}`}
                  role="option"
                  aria-selected={index === at}
                  aria-setsize={films.length}
                  aria-posinset={index + 1}
                  className={styles.row}
                  style={{ top: start, height: ROW_HEIGHT }}
                  onClick={() => setAt(index)}
                >
                  <span className={styles.path} title={film.path}>
                    <bdi>{film.path}</bdi>
                  </span>
                  <span data-doubtful={film.doubtful || undefined}>
                    {film.doubtful ? "doubtful" : LABEL_WORDS[film.target ?? "unknown"]}
                  </span>
                  <b data-wrong={wrongness(film) > 0.5 || undefined}>{formatMetric(film.probability)}</b>
                </div>
              )
            );
          })}
        </div>
      </div>
      <FilmDetail evaluation={evaluation} film={chosen} onMark={(doubtful) => mark(chosen, doubtful)} />
    </div>
  );
}

function useMarkDoubtful(): (film: ListedFilm, doubtful: boolean) => void {
  const doubtful = useLab((lab) => lab.settings.doubtful);
  const { changeSettings } = useCommands();
  return ({ path }, isDoubtful) => {
    const others = doubtful.filter((one) => one !== path);
    changeSettings({ doubtful: isDoubtful ? [...others, path] : others });
  };
}
