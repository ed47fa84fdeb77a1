// What fastai would take off the curve: each rate a button, the one to trust first.
import { type FinderResult, RECOMMENDED, SUGGESTIONS, type SuggestionName } from "../../protocol/finder";
import { useCommands, useLab } from "../labContext";
import { formatLr, SUGGESTION_NAMES, toTitle } from "../parts/format";
import { Panel } from "../parts/Panel";
import partsStyles from "../parts/parts.module.css";
import { roundLr, spreadOver } from "./curve";
import styles from "./finder.module.css";

const WORDS: Record<SuggestionName, string> = {
  valley: "halfway down the longest fall of the curve: no single wobble decides it",
  minimumOver10: "a tenth of where the loss is lowest",
  slide: "from the right, the first rate where the slope is steady",
  steep: "where the loss falls fastest on the logarithmic axis",
  steepest: "where it falls most from one point to the next; on a flat curve a wobble",
};

export function Suggestions({ result }: { result: FinderResult }) {
  const { runs, suggestions } = result;
  const wasStopped = useLab((lab) => lab.finder.state === "stopped");
  const hasRates = SUGGESTIONS.some((name) => suggestions[name] !== null);
  return (
    <Panel title="Suggestions" aside={runs.length > 1 ? `of the mean of ${runs.length} runs` : "fastai's"}>
      {wasStopped && hasRates && (
        <p className={partsStyles.hint}>
          LR Find was stopped: of a loss that had yet to fall these rates know nothing, and may be far too low.
        </p>
      )}
      <div className={styles.suggestions}>
        {SUGGESTIONS.map((name) => (
          <Suggestion key={name} name={name} lr={suggestions[name]} spread={spreadOver(runs, name)} />
        ))}
      </div>
    </Panel>
  );
}

interface SuggestionProps {
  name: SuggestionName;
  lr: number | null;
  spread: [number, number] | null;
}

function Suggestion({ name, lr, spread }: SuggestionProps) {
  const maxLr = useLab((lab) => lab.settings.maxLr);
  const { pickMaxLr } = useCommands();
  const title = toTitle(SUGGESTION_NAMES[name]);
  if (lr === null) return <p className={styles.noSuggestion}>{title}: the curve is too short for it.</p>;
  return (
    <button type="button" aria-pressed={roundLr(maxLr) === roundLr(lr)} onClick={() => pickMaxLr(lr)}>
      <b>
        <span>
          {title}
          {name === RECOMMENDED && <i>recommended</i>}
        </span>
        <em>{formatLr(lr)}</em>
      </b>
      <small>
        {WORDS[name]}
        {spread && `; the runs by themselves: ${formatLr(spread[0])} to ${formatLr(spread[1])}`}
      </small>
    </button>
  );
}
