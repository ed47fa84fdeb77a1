// The network of a trial in the formats of others, behind one button.
import { Menu } from "@mantine/core";
import type { ExportFormat } from "../../protocol/export";
import type { WhichWeights } from "../../protocol/training";
import { useCommands } from "../labContext";

interface UseElsewhereProps {
  id: number;
  which: WhichWeights;
  disabled: boolean;
}

const WORDS: Record<ExportFormat, { label: string; use: string }> = {
  onnx: { label: "ONNX", use: "for onnxruntime and most other programs" },
  tfjs: { label: "TensorFlow.js", use: "for web pages" },
};

export function UseElsewhere({ id, which, disabled }: UseElsewhereProps) {
  const { downloadModel } = useCommands();
  return (
    <Menu position="bottom-start" disabled={disabled}>
      <Menu.Target>
        <button
          type="button"
          disabled={disabled}
          aria-label={`Use trial ${id} elsewhere`}
          title="Download the network for other programs"
        >
          Use elsewhere
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {Object.entries(WORDS).map(([format, { label, use }]) => (
          <Menu.Item key={format} onClick={() => void downloadModel(id, which, format as ExportFormat)}>
            {label}, {use}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
