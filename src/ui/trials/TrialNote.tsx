// What a person says of a trial, in a line or more. It is kept when the field is left, and a moment after the last letter.
import { useEffect, useId, useState } from "react";
import type { Trial } from "../../protocol/training";
import { useCommands } from "../labContext";
import partsStyles from "../parts/parts.module.css";
import styles from "./details.module.css";

const PAUSE_MS = 800;

export function TrialNote({ trial: { id, note }, disabled }: { trial: Trial; disabled: boolean }) {
  const field = useId();
  const [typed, setTyped] = useState(note);
  const { annotateTrial } = useCommands();
  useEffect(() => {
    if (typed === note) return;
    const timer = setTimeout(() => void annotateTrial(id, { note: typed }), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed, note, id, annotateTrial]);
  return (
    <div className={styles.note}>
      <label htmlFor={field}>Note on trial {id}</label>
      <textarea
        id={field}
        className={partsStyles.bareField}
        rows={Math.max(2, typed.split("\n").length)}
        value={typed}
        disabled={disabled}
        placeholder="What was tried, and what came of it"
        onChange={({ currentTarget }) => setTyped(currentTarget.value)}
        onBlur={() => {
          if (typed !== note) void annotateTrial(id, { note: typed });
        }}
      />
    </div>
  );
}
