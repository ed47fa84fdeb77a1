// That the next run will come to keep more than the browser has room for. A warning: how much that is, is the browser's guess.
import { Button } from "@mantine/core";
import { useCommands, useLab } from "../labContext";
import { formatBytes } from "./format";
import { Notice } from "./Notice";

export function RoomNotice() {
  const { neededBytes, usedBytes, quotaBytes } = useLab((lab) => lab.storage);
  const { goTo } = useCommands();
  if (neededBytes === null || usedBytes === null || quotaBytes === null) return null;
  const left = Math.max(0, quotaBytes - usedBytes);
  if (neededBytes <= left) return null;
  return (
    <Notice
      tone="warning"
      isStatus
      title="The checkpoints of this run may not fit"
      actions={<Button onClick={() => goTo("trials")}>See what is kept</Button>}
    >
      They come to {formatBytes(neededBytes)}, and the browser leaves {formatBytes(left)}. Delete earlier trials or prepared
      films, or free space on the disk. A run that fills the storage ends there, and keeps its last whole checkpoint.
    </Notice>
  );
}
