// The first thing a person sees: where to put a folder of films, and what the lab can do without one.
import { Button } from "@mantine/core";
import { useCommands, useLab } from "../labContext";
import { FilePicker } from "../parts/FilePicker";
import { FailureNotice } from "../parts/Notice";
import styles from "./dataset.module.css";

/** Several belong together in some datasets, such as MIMIC-CXR-JPG. */
const LABEL_FILES = ".csv,.tsv,.txt,.gz,text/csv";

export function EmptyDataset() {
  const { failure, name } = useLab((lab) => lab.dataset);
  const { openFiles, openDrawnFilms, chooseLabelFiles } = useCommands();
  const csvWouldHelp = failure && ["noCsv", "badCsv", "noUsableColumn"].includes(failure.code);
  return (
    <div className={styles.empty}>
      <FailureNotice
        failure={failure}
        title={name ? `${name} could not be opened` : "The folder could not be opened"}
        actions={
          csvWouldHelp && (
            <FilePicker
              label="Choose label CSV"
              accept={LABEL_FILES}
              several
              onPick={(files) => void chooseLabelFiles([...files])}
            />
          )
        }
      />
      <div className={styles.dropZone}>
        <Lungs />
        <h1>Drop a folder of chest films here</h1>
        <p>
          A dataset is a folder of films, JPEG or PNG, with one label CSV inside: a row a film, a column a finding, as in
          CheXpert. Films are read where they lie; nothing is copied off this machine.
        </p>
        <div className={styles.dropActions}>
          <FilePicker label="Choose dataset folder" folder primary onPick={(files) => void openFiles(files)} />
          <Button onClick={() => void openDrawnFilms()}>Try with drawn films</Button>
        </div>
        <p className={styles.small}>
          Drawn films are made in the page from a seed, hearts large and small, so that the whole lab can be tried with nothing
          downloaded.
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
