// What was just deleted can be brought back for some seconds: by the button, or as everywhere by Ctrl+Z.
import { Button } from "@mantine/core";
import { useEffect } from "react";
import { countTrials } from "../../app/deletionCommands";
import { useCommands, useLab } from "../labContext";
import { Notice } from "../parts/Notice";
import { useBequeathedFocus } from "../parts/useBequeathedFocus";
import { useFoundFocus } from "../parts/useFoundFocus";
import styles from "./details.module.css";

export function UndoNotice() {
  const deleted = useLab((lab) => lab.deletedTrials);
  // Another deletion is another notice, which takes up the focus that it left behind.
  return deleted.length > 0 && <Undo key={deleted.join()} deleted={deleted} />;
}

function Undo({ deleted }: { deleted: readonly number[] }) {
  const { undoDeletion } = useCommands();
  const undo = useFoundFocus<HTMLButtonElement>();
  useBequeathedFocus(undo, findRow);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const isUndo = (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "z";
      // There it takes back what was typed.
      const isTyping =
        event.target instanceof HTMLElement && event.target.matches("input:not([type=checkbox]), textarea, select");
      if (!isUndo || isTyping) return;
      event.preventDefault();
      void undoDeletion();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [undoDeletion]);
  return (
    <div className={styles.undo}>
      <Notice
        tone="note"
        actions={
          <Button ref={undo} variant="default" onClick={() => void undoDeletion()} aria-keyshortcuts="Control+Z">
            Undo
          </Button>
        }
      >
        {countTrials(deleted)} deleted.
      </Notice>
    </div>
  );
}

/** Where the keys of the table go on: at what was brought back, or at what stands in its place. */
const findRow = () => document.querySelector<HTMLElement>("[role=grid] [data-index][tabindex='0']");
