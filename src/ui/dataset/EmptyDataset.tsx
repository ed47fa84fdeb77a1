// The first thing a person sees: where to put a folder of films, and what the lab can do without one.
import { Button } from "@mantine/core";
import { useCommands, useLab } from "../labContext";
import { FilePicker } from "../parts/FilePicker";
import { useFoundFocus } from "../parts/useFoundFocus";
import styles from "./dataset.module.css";
import { OpeningFailure } from "./OpeningFailure";
import { RecipeNotices } from "./Recipe";

export function EmptyDataset() {
  const lastFolder = useLab((lab) => lab.dataset.lastFolder);
  const { openFiles, openDrawnFilms, reopenFolder } = useCommands();
  const heading = useFoundFocus<HTMLHeadingElement>();
  return (
    <div className={styles.empty}>
      <OpeningFailure />
      <RecipeNotices />
      <div className={styles.dropZone}>
        <Lungs />
        <h1 ref={heading} tabIndex={-1}>
          Drop a folder of chest films here
        </h1>
        <p>
          Films may be JPEG, PNG, TIFF, DICOM and more; their labels come with them as CheXpert, NIH, MIMIC-CXR, PadChest, VinDr
          or RSNA give them, in any CSV with a row a film, or as a folder per class. Films are read where they lie; nothing is
          copied off this machine.
        </p>
        <div className={styles.dropActions}>
          {lastFolder !== null && (
            <Button variant="filled" className={styles.lastFolder ?? ""} onClick={() => void reopenFolder()}>
              Open {lastFolder} again
            </Button>
          )}
          <FilePicker
            label="Choose dataset folder"
            folder
            primary={lastFolder === null}
            onPick={(files) => void openFiles(files)}
          />
          <Button onClick={() => void openDrawnFilms()}>Try with drawn films</Button>
        </div>
        <p className={styles.small}>
          {lastFolder !== null && `${lastFolder} was open at the last visit; the browser asks before it is read again. `}
          Label files that lie elsewhere, a recipe and weights may be dropped too. Drawn films are made in the page from a seed,
          hearts large and small, so that the whole lab can be tried with nothing downloaded.
        </p>
      </div>
    </div>
  );
}

function Lungs() {
  return (
    <svg className={styles.lungs} viewBox="0 0 120 120" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
      <path d="M60 12v34" strokeWidth="5" strokeLinecap="round" opacity=".5" />
      <path d="M51 30C36 28 22 54 20 86c0 9 6 12 14 9l14-6c4-2 6-6 6-11V44c0-8-1-13-3-14Z" />
      <path d="M69 30c15-2 29 24 31 56 0 9-6 12-14 9l-7-3c-2-10-13-14-13-24V44c0-8 1-13 3-14Z" />
      <path
        d="M29 52q14-7 25-2M24 66q14-7 30-2M22 80q14-6 32-2M91 52q-14-7-25-2M96 66q-14-7-30-2M98 80q-10-5-20-4"
        opacity=".45"
      />
    </svg>
  );
}
