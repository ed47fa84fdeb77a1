// What stands on top of every step where there is no GPU to train on, and the way out.
import { Button } from "@mantine/core";
import { useCommands, useLab } from "../labContext";
import { Notice } from "../parts/Notice";

export function GpuNotice() {
  const { state, failure } = useLab((lab) => lab.gpu);
  const { allowSoftwareAdapter } = useCommands();
  if (state === "missing") {
    return (
      <Notice tone="error" title="This browser offers no WebGPU, so nothing can be trained here">
        {failure?.message} Films and labels can still be looked at.
      </Notice>
    );
  }
  if (state === "software") {
    return (
      <Notice
        tone="warning"
        title="Training would be slow here"
        actions={<Button onClick={() => void allowSoftwareAdapter()}>Use the slow software adapter</Button>}
      >
        {failure?.message} The slow one is enough to try the lab with drawn films and the small network.
      </Notice>
    );
  }
  return null;
}
