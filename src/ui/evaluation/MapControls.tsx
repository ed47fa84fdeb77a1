// How films are shown with their heat maps: on or off, how strong, what the colours mean, and what they do not. Holds no film.
import { useId } from "react";
import { CheckField } from "../parts/fields";
import partsStyles from "../parts/parts.module.css";
import styles from "./filmWithMap.module.css";
import { INFERNO_GRADIENT } from "./heat";

interface MapControlsProps {
  showMap: boolean;
  onShowMap: (showMap: boolean) => void;
  /** From 0 to 1. */
  opacity: number;
  onOpacity: (opacity: number) => void;
}

export function MapControls({ showMap, onShowMap, opacity, onOpacity }: MapControlsProps) {
  const id = useId();
  return (
    <div>
      <div className={styles.controls}>
        <CheckField label="Show where the network looked" checked={showMap} onChange={onShowMap} />
        <div className={styles.opacity}>
          <label htmlFor={id}>Strength</label>
          <input
            id={id}
            type="range"
            min={10}
            max={100}
            step={5}
            value={Math.round(100 * opacity)}
            aria-valuetext={`${Math.round(100 * opacity)} %`}
            disabled={!showMap}
            onChange={({ currentTarget }) => onOpacity(Number(currentTarget.value) / 100)}
          />
        </div>
        <span className={styles.legend}>
          less
          <i style={{ background: INFERNO_GRADIENT }} />
          more evidence
        </span>
      </div>
      <p className={partsStyles.hint}>
        Coarse, 32 pixels a cell, and on one scale, whose end is the strongest that was seen so far. It shows what moved this
        network towards the target, not what is in the film.
      </p>
    </div>
  );
}
