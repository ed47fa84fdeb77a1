// The six steps in the order of the work, each with its state. Links, not buttons: they lead somewhere and change nothing.
import { useEffect, useRef } from "react";
import { useShallow } from "zustand/shallow";
import { STEPS } from "../../app/state";
import { useCommands, useLab } from "../labContext";
import styles from "./frame.module.css";
import { railLines } from "./railLines";

export function Rail() {
  const current = useLab((lab) => lab.step);
  const lines = useLab(
    useShallow((lab) => {
      const byStep = railLines(lab);
      return STEPS.flatMap((step) => [byStep[step].title, byStep[step].line, byStep[step].done ? "done" : ""]);
    }),
  );
  const { goTo } = useCommands();
  const rail = useRef<HTMLElement>(null);
  const here = useRef<HTMLAnchorElement>(null);
  useEffect(() => {
    if (!rail.current || !current) return;
    // As a strip on a narrow page the rail scrolls sideways. It is watched, not only looked at now: a phone is turned.
    const watcher = new ResizeObserver(() => here.current?.scrollIntoView({ block: "nearest", inline: "nearest" }));
    watcher.observe(rail.current);
    return () => watcher.disconnect();
  }, [current]);
  return (
    <nav className={styles.rail} aria-label="Steps" ref={rail}>
      <ol>
        {STEPS.map((step, index) => {
          const [title, line, done] = lines.slice(index * 3, index * 3 + 3);
          return (
            <li key={step}>
              <a
                ref={step === current ? here : null}
                href={`#${step}`}
                aria-current={step === current ? "step" : undefined}
                onClick={(event) => {
                  event.preventDefault();
                  goTo(step);
                }}
              >
                <span className={styles.stepMark} data-done={done || undefined} aria-hidden="true">
                  {done ? "✓" : index + 1}
                </span>
                <span className={styles.stepText}>
                  <b>{title}</b>
                  <span>
                    {line}
                    {done && <span className="hidden-visually">, done</span>}
                  </span>
                </span>
              </a>
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
