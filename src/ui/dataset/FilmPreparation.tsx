// How a film's file becomes the square that the network sees: the settings, and after preparing what came of its greys.
import type { PreparationSettings } from "../../protocol/settings";
import { useCommands, useLab } from "../labContext";
import { FigureRows } from "../parts/Figures";
import { CheckField, NumberField, SelectField } from "../parts/fields";
import fieldStyles from "../parts/fields.module.css";
import { FIT_WORDS } from "../parts/fitWords";
import { formatPlural } from "../parts/format";
import { IMAGE_SIZES } from "../parts/imageSizes";
import { MemoryLine } from "../parts/MemoryPanel";
import { Panel } from "../parts/Panel";
import partsStyles from "../parts/parts.module.css";
import styles from "./dataset.module.css";

const FIT_OPTIONS: { value: PreparationSettings["fit"]; label: string }[] = [
  { value: "stretch", label: "Stretch to the square" },
  { value: "letterbox", label: "Letterbox" },
  { value: "crop", label: "Middle square" },
];

const GRADINGS: { value: PreparationSettings["grading"]; label: string }[] = [
  { value: "window", label: "The film’s own window" },
  { value: "percentiles", label: "Percentiles" },
];

/** What is said of films by how their samples became bytes. */
const GRADED: Record<string, string> = {
  bytes: "Of 8 bits, as they were",
  window: "By the film’s window",
  table: "By the film’s table",
  percentiles: "By percentiles",
};

export function FilmPreparation({ disabled }: { disabled: boolean }) {
  const settings = useLab((lab) => lab.settings);
  const gradings = useLab((lab) => lab.preparation.sample?.contents.gradings);
  const { changeSettings } = useCommands();
  const graded = Object.entries(gradings ?? {}).filter(([, films]) => films > 0);
  return (
    <Panel title="How films are prepared">
      <NumberField
        label="Image size"
        value={settings.imageSize}
        {...IMAGE_SIZES}
        disabled={disabled}
        onChange={(imageSize) => changeSettings({ imageSize })}
      />
      <MemoryLine />
      <details className={fieldStyles.group}>
        <summary>
          Fit, greys and borders <span>{describeShaping(settings)}</span>
        </summary>
        <SelectField
          label="Fit"
          value={settings.fit}
          options={FIT_OPTIONS}
          disabled={disabled}
          onChange={(fit) => changeSettings({ fit })}
        />
        <p className={partsStyles.hint}>
          Stretching fills the square; a letterbox keeps the film’s proportions, black beside it; the middle square cuts off what
          is beyond it, as torchxrayvision does.
        </p>
        <SelectField
          label="Grey scale"
          value={settings.grading}
          options={GRADINGS}
          disabled={disabled}
          onChange={(grading) => changeSettings({ grading })}
        />
        <p className={partsStyles.hint}>
          Matters for films of more than 8 bits only: where a DICOM names no window, percentiles are taken anyway.
        </p>
        <CheckField
          label="Crop black borders"
          checked={settings.cropBorders}
          disabled={disabled}
          onChange={(cropBorders) => changeSettings({ cropBorders })}
        />
        <p className={styles.checkHint}>Cuts off what the collimator left black, before the film is shrunk.</p>
        <CheckField
          label="Equalise contrast (CLAHE)"
          checked={settings.equalise}
          disabled={disabled}
          onChange={(equalise) => changeSettings({ equalise })}
        />
        <p className={styles.checkHint}>Evens out contrast region by region, within a limit that keeps noise down.</p>
      </details>
      {graded.some(([by]) => by !== "bytes") && (
        <div className={styles.graded}>
          <FigureRows rows={graded.map(([by, films]) => ({ name: GRADED[by] ?? by, value: formatPlural(films, "film") }))} />
        </div>
      )}
    </Panel>
  );
}

function describeShaping({ fit, grading, cropBorders, equalise }: PreparationSettings): string {
  const words = [FIT_WORDS[fit], grading === "percentiles" && "percentiles", cropBorders && "cropped", equalise && "equalised"];
  return words.filter(Boolean).join(", ");
}
