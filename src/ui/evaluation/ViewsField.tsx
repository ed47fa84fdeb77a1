// Whether an evaluation looks at each film once, or at several augmented views of it too.
import { useCommands, useLab } from "../labContext";
import { SelectField } from "../parts/fields";
import styles from "../parts/parts.module.css";

const OPTIONS = [
  { value: "0", label: "off" },
  { value: "4", label: "4 views" },
  { value: "8", label: "8 views" },
];

export function ViewsField({ disabled }: { disabled: boolean }) {
  const views = useLab((lab) => lab.evaluation.views);
  const { chooseViews } = useCommands();
  return (
    <>
      <SelectField
        label="Test-time augmentation"
        value={String(views)}
        options={OPTIONS}
        disabled={disabled}
        onChange={(chosen) => chooseViews(Number(chosen))}
      />
      {views > 0 && (
        <p className={styles.hint}>
          A film's probability is the mean over so many augmented views of it, drawn a quarter of the way to that of the film as
          it is. Views are drawn by the augmentation that the network was set to train with, or, where that was off, by fastai's.
        </p>
      )}
    </>
  );
}
