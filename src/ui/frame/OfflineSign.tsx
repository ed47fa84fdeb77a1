// At the foot of the page: that the lab opens without a network, or that a newer one is here to be taken. Quiet until it is pressed.
import { isAtRest } from "../../app/offline";
import { useCommands, useLab } from "../labContext";
import styles from "./frame.module.css";

export function OfflineSign() {
  const offline = useLab((lab) => lab.offline);
  const canUpdate = useLab((lab) => lab.tab === "acts" && isAtRest(lab));
  const { updateLab } = useCommands();
  if (offline === "unready") return null;
  if (offline === "ready") return <span className={styles.offline}>Works offline</span>;
  if (!canUpdate) return <span className={styles.offline}>An update waits</span>;
  return (
    <button type="button" className={styles.update} onClick={updateLab}>
      Reload to update
    </button>
  );
}
