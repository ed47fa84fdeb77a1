// Why a folder could not be opened, with the ways on that its labels leave: other files, another format, or the column that names films.
import { Button, TextInput } from "@mantine/core";
import { useId, useState } from "react";
import { useCommands, useLab } from "../labContext";
import { FilePicker } from "../parts/FilePicker";
import { FailureNotice } from "../parts/Notice";
import styles from "./dataset.module.css";
import { LABEL_FILES } from "./LabelReading";

export function OpeningFailure() {
  const { failure, name } = useLab((lab) => lab.dataset);
  const { chooseLabelFiles, readLabelsAs } = useCommands();
  if (!failure) return null;
  const isOfLabels = name !== "" && ["noCsv", "badCsv", "noUsableColumn", "noFilms"].includes(failure.code);
  return (
    <>
      <FailureNotice
        failure={failure}
        title={name ? `${name} could not be opened` : "That could not be opened"}
        actions={
          isOfLabels && (
            <>
              <FilePicker
                label="Choose label CSV"
                accept={LABEL_FILES}
                several
                onPick={(files) => void chooseLabelFiles([...files])}
              />
              <Button onClick={() => void readLabelsAs({ format: "folderPerClass" })}>Take a folder per class</Button>
              <Button onClick={() => void chooseLabelFiles([])}>Read the folder again</Button>
            </>
          )
        }
      />
      {name !== "" && failure.code === "noUsableColumn" && <FilmColumn />}
    </>
  );
}

function FilmColumn() {
  const { readLabelsAs } = useCommands();
  const [column, setColumn] = useState("");
  const id = useId();
  return (
    <form
      className={styles.filmColumn}
      onSubmit={(event) => {
        event.preventDefault();
        void readLabelsAs({ format: "anyCsv", mapping: { path: column.trim() } });
      }}
    >
      <label htmlFor={id}>Column that names the films</label>
      <TextInput
        id={id}
        size="sm"
        value={column}
        autoComplete="off"
        spellCheck={false}
        onChange={({ currentTarget }) => setColumn(currentTarget.value)}
      />
      <Button type="submit" disabled={column.trim() === ""}>
        Read by this column
      </Button>
    </form>
  );
}
