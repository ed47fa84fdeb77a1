// The progress of a long job: a bar and a sentence of figures. The words come from the job; pace and time left from here, if wanted.
import { useEffect, useState } from "react";
import styles from "./figures.module.css";
import { formatDuration, formatRate } from "./format";

interface JobProgressProps {
  name: string;
  done: number;
  total: number;
  words: string;
  /** What is counted, e.g. "films": adds how many a second, and the time left. Left out where the job itself says so. */
  unit?: string;
}

export function JobProgress({ name, done, total, words, unit }: JobProgressProps) {
  const perSecond = usePace(done);
  const pace =
    unit && perSecond !== null
      ? ` · ${formatRate(perSecond)} ${unit} a second · ${formatDuration((total - done) / perSecond)} left`
      : "";
  return (
    <div className={styles.progress}>
      <progress aria-label={name} {...(total > 0 && { value: done, max: total })} />
      <span>
        {words}
        {pace}
      </span>
    </div>
  );
}

/** Progress a second since the first of it was seen, so that opening and compiling do not count; null until there is some. */
function usePace(done: number): number | null {
  const [first, setFirst] = useState<{ done: number; at: number } | null>(null);
  useEffect(() => {
    if (done > 0) setFirst((earlier) => earlier ?? { done, at: performance.now() });
  }, [done]);
  if (!first || done <= first.done) return null;
  return (done - first.done) / ((performance.now() - first.at) / 1000);
}
