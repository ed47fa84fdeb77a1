// A trial in the formats of others: its network, or all that it takes to train it there. Plain buttons: Mantine's menu would add 30 kB of
// gzipped script to the page for some words.
import type { ExportFormat } from "../../protocol/export";
import { countPreparedBytes, whyFilmsCannotCome, whyFilmsMustCome } from "../../protocol/torchBundle";
import type { Trial, WhichWeights } from "../../protocol/training";
import { useCommands, useLab } from "../labContext";
import { formatBytes } from "../parts/format";
import styles from "./trials.module.css";

interface UseElsewhereProps {
  trial: Trial;
  which: WhichWeights;
  /** Nothing can be tried on the graphics card now. */
  isBusy: boolean;
}

const FORMATS: { format: ExportFormat; name: string; use: string }[] = [
  { format: "onnx", name: "ONNX", use: "for onnxruntime and most other programs" },
  { format: "tfjs", name: "TensorFlow.js", use: "for web pages" },
];

const CARDS = [
  { format: "md", name: "Model card", use: "to read" },
  { format: "json", name: "Model card (JSON)", use: "for programs" },
] as const;

export function UseElsewhere({ trial, which, isBusy }: UseElsewhereProps) {
  const { downloadModel, downloadModelCard, downloadTorchBundle } = useCommands();
  const { id } = trial;
  const withFilms = `PyTorch with films (${formatBytes(countPreparedBytes(trial))})`;
  const mustCome = whyFilmsMustCome(trial);
  const cannotCome = useLab((lab) => whyFilmsCannotCome(trial, lab.storage.films));
  return (
    <div className={styles.elsewhere}>
      <span>Use elsewhere</span>
      {FORMATS.map(({ format, name, use }) => (
        <button
          key={format}
          type="button"
          disabled={isBusy}
          aria-label={`${name} of trial ${id}`}
          title={`Download the network as ${name}, ${use}`}
          onClick={() => void downloadModel(id, which, format)}
        >
          {name}
        </button>
      ))}
      {CARDS.map(({ format, name, use }) => (
        <button
          key={format}
          type="button"
          aria-label={`${name} of trial ${id}`}
          title={`Download what the network is and is not, ${use}`}
          onClick={() => void downloadModelCard(id, which, format)}
        >
          {name}
        </button>
      ))}
      <button
        type="button"
        disabled={mustCome !== null}
        aria-label={`PyTorch bundle of trial ${id}`}
        title={
          mustCome
            ? `Not without the films: ${mustCome}`
            : "Download a script that trains it in PyTorch, its rows and weights; it reads the films' folder"
        }
        onClick={() => void downloadTorchBundle(id, false)}
      >
        PyTorch
      </button>
      <button
        type="button"
        disabled={cannotCome !== null}
        aria-label={`${withFilms} of trial ${id}`}
        title={cannotCome ? `Not with the films: ${cannotCome}` : "The same with the prepared films: it needs no folder"}
        onClick={() => void downloadTorchBundle(id, true)}
      >
        {withFilms}
      </button>
    </div>
  );
}
