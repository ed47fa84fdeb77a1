// What a person says of a trial in its review.
import { useId, useState } from "react";
import styles from "./review.module.css";

export function Words({ trialId }: { trialId: number }) {
  const field = useId();
  const [words, setWords] = useState("");
  return (
    <div className={styles.words}>
      <label htmlFor={field}>Your words on trial {trialId}, which go into the print and the file</label>
      <textarea
        id={field}
        rows={Math.max(3, words.split("\n").length)}
        value={words}
        onChange={({ currentTarget }) => setWords(currentTarget.value)}
      />
    </div>
  );
}
