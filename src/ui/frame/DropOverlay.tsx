// Takes what is dropped anywhere on the page, and says so while it hovers. Where it belongs is the lab's to decide.
import { useEffect, useState } from "react";
import { useCommands } from "../labContext";
import styles from "./frame.module.css";

export function DropOverlay() {
  const { takeDrop } = useCommands();
  const [hovering, setHovering] = useState(false);

  useEffect(() => {
    const listening = new AbortController();
    const { signal } = listening;
    let entered = 0;
    window.addEventListener(
      "dragenter",
      (event) => {
        if (!holdsFiles(event)) return;
        event.preventDefault();
        entered += 1;
        setHovering(true);
      },
      { signal },
    );
    window.addEventListener(
      "dragleave",
      () => {
        entered = Math.max(0, entered - 1);
        if (entered === 0) setHovering(false);
      },
      { signal },
    );
    window.addEventListener("dragover", (event) => holdsFiles(event) && event.preventDefault(), { signal });
    window.addEventListener(
      "drop",
      (event) => {
        entered = 0;
        setHovering(false);
        if (!event.dataTransfer || !holdsFiles(event)) return;
        event.preventDefault();
        void takeDrop(event.dataTransfer);
      },
      { signal },
    );
    return () => listening.abort();
  }, [takeDrop]);

  if (!hovering) return null;
  return (
    <div className={styles.dropOverlay} aria-hidden="true">
      <div>
        <b>Drop it here</b>
        <span>
          a folder of films with its labels, label files by themselves, a recipe, an exported trial, or a file of weights
          (.safetensors, .pth)
        </span>
      </div>
    </div>
  );
}

function holdsFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes("Files") ?? false;
}
