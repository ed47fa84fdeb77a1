// What of a network that was trained before is trained anew, and at which rates.
import { HEADS, type Head, NORMALISATIONS } from "../../protocol/settings";
import { useCommands, useLab } from "../labContext";
import { SelectField } from "../parts/fields";
import { formatLrField } from "../parts/format";
import styles from "../parts/parts.module.css";
import { OptionGroup } from "./OptionGroup";
import { SettingField } from "./SettingField";
import { NORMALISATION_NAMES, transferWords } from "./words";

const HEAD_NAMES: Record<Head, string> = { linear: "linear (torchvision)", fastai: "fastai" };
const HEAD_OPTIONS = HEADS.map((value) => ({ value, label: HEAD_NAMES[value] }));
const NORMALISATION_OPTIONS = NORMALISATIONS.map((value) => ({ value, label: NORMALISATION_NAMES[value] }));

export function TransferOptions({ disabled }: { disabled: boolean }) {
  const settings = useLab((lab) => lab.settings);
  const isFresh = useLab((lab) => lab.weights.choice.kind === "fresh");
  const { changeSettings } = useCommands();
  const { freezeEpochs, epochs } = settings;
  return (
    <OptionGroup title="Transfer" summary={transferWords(settings)}>
      <SelectField
        label="Head"
        value={settings.head}
        options={HEAD_OPTIONS}
        disabled={disabled}
        onChange={(head) => changeSettings({ head })}
      />
      <p className={styles.hint}>
        One layer, or fastai's: mean and maximum of the features, a hidden layer of 512, BatchNorm and dropout.
      </p>
      <SelectField
        label="Normalisation"
        value={settings.normalisation}
        options={NORMALISATION_OPTIONS}
        disabled={disabled}
        onChange={(normalisation) => changeSettings({ normalisation })}
      />
      <p className={styles.hint}>
        How a film's greys are scaled for the network: by ImageNet's mean and deviation, as torchvision and timm have it, or to
        [-1024, 1024], as torchxrayvision has it. Weights that were trained before want films as they were.
      </p>
      <SettingField field="freezeEpochs" unit="epochs" empty={{ value: 0, words: "none" }} disabled={disabled} />
      <p className={styles.hint}>
        {freezeEpochs > 0 && freezeEpochs >= epochs
          ? "All of the run: only the head and BatchNorm are trained."
          : "At first only the head and BatchNorm are trained; then all is, in a cycle of its own."}
        {freezeEpochs > 0 && isFresh && " The trial begins from fresh weights, of which nothing is worth freezing."}
      </p>
      <SettingField field="sliceFrom" empty={{ value: 0, words: "Max LR" }} format={formatLrField} disabled={disabled} />
      <p className={styles.hint}>
        fastai's slice: the rate of the first of three layer groups, which grows to Max LR at the head. Empty, all have one rate.
        LR Find runs all groups at the one rate, as fastai's does. This rate stays as it is when Max LR changes.
      </p>
    </OptionGroup>
  );
}
