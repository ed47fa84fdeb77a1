// The frame around every step: rail, top bar, the sentence on what the lab is doing, and the drop region over all of it.
import { type ReactNode, useEffect, useRef } from "react";
import { useLab } from "../labContext";
import { AgainNotice } from "./AgainNotice";
import { DropOverlay } from "./DropOverlay";
import styles from "./frame.module.css";
import { GpuNotice } from "./GpuNotice";
import { OfflineSign } from "./OfflineSign";
import { Rail } from "./Rail";
import { TabNotice } from "./TabNotice";
import { TopBar } from "./TopBar";
import { tabTitle } from "./tabTitle";
import { useKeptFocus } from "./useKeptFocus";

export function Frame({ children }: { children: ReactNode }) {
  const status = useLab((lab) => lab.status);
  const step = useLab((lab) => lab.step);
  const gpu = useLab((lab) => lab.gpu.state);
  const title = useLab(tabTitle);
  const main = useRef<HTMLElement>(null);
  const shown = useRef(step);
  useKeptFocus();
  useEffect(() => {
    if (shown.current !== step) main.current?.scrollTo(0, 0);
    shown.current = step;
  }, [step]);
  useEffect(() => {
    document.title = title;
  }, [title]);
  return (
    <div className={styles.frame} data-gpu={gpu}>
      <TopBar />
      <Rail />
      <main className={styles.main} ref={main} tabIndex={-1}>
        <TabNotice />
        <GpuNotice />
        <AgainNotice />
        {children}
      </main>
      <footer className={styles.status}>
        <div role="status" aria-label="Lab status">
          {status}
        </div>
        <OfflineSign />
        <a href="./THIRD_PARTY_LICENSES.txt" target="_blank" rel="noreferrer">
          Licences
        </a>
      </footer>
      <DropOverlay />
    </div>
  );
}
