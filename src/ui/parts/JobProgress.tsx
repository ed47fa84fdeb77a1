// The progress of a long job: a bar and a sentence of figures. The words come from the job.
import styles from "./figures.module.css";

interface JobProgressProps {
  name: string;
  done: number;
  total: number;
  words: string;
}

export function JobProgress({ name, done, total, words }: JobProgressProps) {
  return (
    <div className={styles.progress}>
      <progress aria-label={name} {...(total > 0 && { value: done, max: total })} />
      <span>{words}</span>
    </div>
  );
}
