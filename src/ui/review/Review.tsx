// The review of one or several trials, in the place of their table: what a person reads, prints and takes away to decide what to do next.
import { Button } from "@mantine/core";
import { useMemo, useRef, useState } from "react";
import { findParent, titleReview } from "../../app/review";
import { useCommands, useLab } from "../labContext";
import { CheckField } from "../parts/fields";
import { Notice } from "../parts/Notice";
import { StepHeader } from "../parts/StepHeader";
import { AtAGlance } from "./AtAGlance";
import { maskNames, NAMED } from "./mask";
import { listNames } from "./names";
import styles from "./review.module.css";
import { TrialReview } from "./TrialReview";
import { useLightPrint } from "./useLightPrint";
import { writeReview } from "./writeReview";

export function Review() {
  const all = useLab((lab) => lab.trials);
  const { trials: ids, read } = useLab((lab) => lab.review);
  const { closeReview, saveReview } = useCommands();
  const sheet = useRef<HTMLDivElement>(null);
  const [showsNames, setShowsNames] = useState(false);
  const [withPictures, setWithPictures] = useState(false);
  const trials = useMemo(() => all.filter(({ id }) => ids.includes(id)), [all, ids]);
  const mask = useMemo(() => {
    if (showsNames) return NAMED;
    // What changed since a parent is told by the parent's names too.
    const parents = trials.flatMap((trial) => findParent(trial, all) ?? []);
    return maskNames(listNames([...trials, ...parents], read));
  }, [showsNames, trials, all, read]);
  useLightPrint();
  const title = titleReview(ids);

  return (
    <div ref={sheet} className={styles.sheet} data-pictures={withPictures}>
      <StepHeader
        title={title}
        actions={
          <>
            <Button onClick={closeReview}>Close review</Button>
            <Button onClick={() => window.print()}>Print</Button>
            <Button
              variant="filled"
              onClick={() => sheet.current && saveReview(writeReview(sheet.current, { title, withPictures }))}
            >
              Download review
            </Button>
          </>
        }
      >
        Review of {trials.length === 1 ? "a trial" : `${trials.length} trials`} of the Roentgen Lab, for research only.
      </StepHeader>
      <div className={styles.choices} data-control>
        <div>
          <CheckField label="Show file names" checked={showsNames} onChange={setShowsNames} />
          <p>
            Names and folders of films often hold a patient’s name, number or date. Unless they are shown, films are numbered.
          </p>
        </div>
        <div>
          <CheckField label="Include film pictures" checked={withPictures} onChange={setWithPictures} />
          <p>A film may have a name burnt into it. Unless ticked, the pictures below are neither printed nor in the file.</p>
        </div>
        <p>
          The dataset’s name, its columns and their values, and your own words stay as they are: they are yours to keep free of
          names.
        </p>
      </div>
      {showsNames && (
        <div data-control>
          <Notice tone="warning">
            File names are shown, and will be in the print and the file: look through them before you hand either on.
          </Notice>
        </div>
      )}
      {trials.length > 1 && <AtAGlance trials={trials} read={read} />}
      {trials.map((trial, at) => (
        <TrialReview key={trial.id} trial={trial} read={read.get(trial.id) ?? {}} mask={mask} before={trials[at - 1]} />
      ))}
    </div>
  );
}
