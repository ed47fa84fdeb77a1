// The one button of a failure that says with what to begin again.
import { Button } from "@mantine/core";
import type { Proposal } from "../../protocol/labError";
import { useCommands, useLab } from "../labContext";
import { formatCount, formatLr } from "../parts/format";

export function BeginAgain() {
  const { trial, failure } = useLab((lab) => lab.run);
  const isReady = useLab((lab) => lab.gpu.state === "ready" && lab.tab === "acts");
  const { beginAgain } = useCommands();
  if (!trial || !failure?.proposal) return null;
  const step = trial.checkpoints.last?.step ?? 0;
  return (
    <Button variant="filled" disabled={!isReady} onClick={() => void beginAgain()}>
      Begin again from {step > 0 ? `step ${formatCount(step)}` : "the beginning"} {describe(failure.proposal)}
    </Button>
  );
}

function describe({ maxLr, sliceFrom, arithmetic, activations }: Proposal): string {
  const others = sliceFrom ? `, first layers at ${formatLr(sliceFrom)}` : "";
  if (maxLr) return `at Max LR ${formatLr(maxLr)}${others}`;
  return arithmetic ? `with Arithmetic ${arithmetic}` : `with Activations ${activations}`;
}
