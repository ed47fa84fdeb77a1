// What the browser keeps of the lab, how safely, and the sets of prepared films, which can be removed one by one.
import { useEffect } from "react";
import type { StorageState } from "../../app/state";
import { listKept } from "../../protocol/storage";
import { useCommands, useLab } from "../labContext";
import { FigureRows } from "../parts/Figures";
import { formatBytes } from "../parts/format";
import { FailureNotice } from "../parts/Notice";
import { Panel } from "../parts/Panel";
import partsStyles from "../parts/parts.module.css";
import { FilmSets } from "./FilmSets";

const PERSISTENCE_WORDS: Record<StorageState["persistence"], string> = {
  unasked: "The browser will be asked to keep it safe with the next preparation or run.",
  asking: "The browser is being asked to keep it safe; it may ask you.",
  kept: "The browser keeps it, also when the disk runs short.",
  refused:
    "The browser may clear it when the disk runs short: it was asked not to, and did not agree. Export what matters; a bookmark or an installed page may change its mind.",
};

export function StoragePanel() {
  const { persistence, usedBytes, quotaBytes, films, failure } = useLab((lab) => lab.storage);
  const trials = useLab((lab) => lab.trials);
  const prepared = useLab((lab) => lab.preparation.sample);
  const { lookAtStorage } = useCommands();
  // Again with whatever changes it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: trials and prepared films are what it is looked at for
  useEffect(() => void lookAtStorage(), [trials, prepared, lookAtStorage]);
  const sum = (bytes: { bytes: number }[] | null) => (bytes ? formatBytes(bytes.reduce((all, one) => all + one.bytes, 0)) : "–");
  const known = usedBytes !== null && quotaBytes !== null;
  return (
    <Panel title="Storage" aside={known && `${formatBytes(usedBytes)} of ${formatBytes(quotaBytes)}`}>
      <div className={partsStyles.stack}>
        <FailureNotice failure={failure} title="That was not done" />
        <FigureRows
          rows={[
            { name: "Checkpoints of trials", value: sum(trials.flatMap(({ checkpoints }) => listKept(checkpoints))) },
            { name: "Prepared films", value: sum(films) },
            ...(known ? [{ name: "Left for this page", value: formatBytes(Math.max(0, quotaBytes - usedBytes)) }] : []),
          ]}
        />
        <p className={partsStyles.hint}>{PERSISTENCE_WORDS[persistence]}</p>
        {films && films.length > 0 && <FilmSets sets={films} />}
      </div>
    </Panel>
  );
}
