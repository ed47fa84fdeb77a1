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
        {failure && <p>{failure.message}</p>}
        <p>
          Open this page in Chrome or Edge 113 or newer, in Safari 26 or newer, or in Firefox 141 or newer on Windows (145 on
          macOS). If yours is one of these, switch on hardware acceleration in its settings and update the graphics driver. Films
          and labels can still be looked at.
        </p>
      </Notice>
    );
  }
  if (state === "software") {
    return (
      <Notice
        tone="warning"
        title="Only a software adapter was found"
        actions={<Button onClick={() => void allowSoftwareAdapter()}>Use the slow software adapter</Button>}
      >
        It computes on the processor, a hundred times slower or more: enough to try the lab with drawn films and a small net. For
        real training switch on hardware acceleration in the browser's settings.
      </Notice>
    );
  }
  return null;
}
