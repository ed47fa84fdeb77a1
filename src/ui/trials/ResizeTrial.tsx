// Asks at which image size the next trial goes on from this one (progressive resizing), and says what else that takes.
import { useState } from "react";
import { labelOffered } from "../../app/offeredWeights";
import { describeOtherDataset } from "../../app/sameDataset";
import type { Trial, WhichWeights } from "../../protocol/training";
import { useCommands, useLab } from "../labContext";
import { NumberField } from "../parts/fields";
import { IMAGE_SIZES } from "../parts/imageSizes";
import { useBorrowedFocus } from "../parts/useBorrowedFocus";
import styles from "./trials.module.css";

interface ResizeTrialProps {
  trial: Trial;
  which: WhichWeights;
  isBusy: boolean;
  onClose: () => void;
}

export function ResizeTrial({ trial, which, isBusy, onClose }: ResizeTrialProps) {
  const { id, settings } = trial;
  const larger = IMAGE_SIZES.suggestions.find((size) => size > settings.imageSize);
  const [imageSize, setImageSize] = useState(larger ?? settings.imageSize);
  const other = useLab((lab) => describeOtherDataset(trial, lab.dataset.summary));
  const { continueAtSize } = useCommands();
  const asked = useBorrowedFocus<HTMLElement>();
  return (
    <section
      className={styles.resize}
      aria-label={`Another size for trial ${id}`}
      ref={asked}
      tabIndex={-1}
      onKeyDown={({ key }) => key === "Escape" && onClose()}
    >
      <p>
        {other ??
          `A new trial with all settings of trial ${id} but the size, from its weights (${labelOffered(trial, which)}). Films are prepared at the new size, then a rate is found.`}
      </p>
      <div>
        <NumberField label={`Image size after trial ${id}`} value={imageSize} onChange={setImageSize} {...IMAGE_SIZES} />
        <button type="button" onClick={onClose}>
          Leave it
        </button>
        <button
          type="button"
          data-main
          disabled={isBusy || other !== null}
          onClick={() => {
            onClose();
            continueAtSize(id, which, imageSize);
          }}
        >
          Continue at {imageSize} px
        </button>
      </div>
    </section>
  );
}
