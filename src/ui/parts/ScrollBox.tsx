// A box that scrolls and takes the keyboard's focus to do so: not every browser gives that to a box by itself.
import type { ReactNode } from "react";
import styles from "./figures.module.css";

/** For what scrolls and holds nothing that takes focus. */
export const SCROLLS_BY_KEY = { tabIndex: 0 };

interface ScrollBoxProps {
  label: string;
  className?: string | undefined;
  children: ReactNode;
}

export function ScrollBox({ label, className, children }: ScrollBoxProps) {
  return (
    <section className={className ?? styles.tableBox} aria-label={label} {...SCROLLS_BY_KEY}>
      {children}
    </section>
  );
}
