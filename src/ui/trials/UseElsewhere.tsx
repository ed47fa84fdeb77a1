// The network of a trial in the formats of others. Plain buttons: Mantine's menu would add 30 kB of gzipped script to the page for two words.
import type { ExportFormat } from "../../protocol/export";
import type { WhichWeights } from "../../protocol/training";
import { useCommands } from "../labContext";

interface UseElsewhereProps {
  id: number;
  which: WhichWeights;
  disabled: boolean;
}

const FORMATS: { format: ExportFormat; name: string; use: string }[] = [
  { format: "onnx", name: "ONNX", use: "for onnxruntime and most other programs" },
  { format: "tfjs", name: "TensorFlow.js", use: "for web pages" },
];

export function UseElsewhere({ id, which, disabled }: UseElsewhereProps) {
  const { downloadModel } = useCommands();
  return FORMATS.map(({ format, name, use }) => (
    <button
      key={format}
      type="button"
      disabled={disabled}
      aria-label={`${name} of trial ${id}`}
      title={`Download the network as ${name}, ${use}`}
      onClick={() => void downloadModel(id, which, format)}
    >
      {name}
    </button>
  ));
}
