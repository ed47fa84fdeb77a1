// Opens the review of trials.
import { Button } from "@mantine/core";
import { useCommands } from "../labContext";

export function ReviewButton({ ids }: { ids: readonly number[] }) {
  const { reviewTrials } = useCommands();
  return (
    <Button disabled={ids.length === 0} onClick={() => void reviewTrials(ids)}>
      Review
    </Button>
  );
}
