// Opens the comparison of trials; of fewer than two there is none.
import { Button } from "@mantine/core";
import { useCommands } from "../../labContext";

export function CompareButton({ ids }: { ids: readonly number[] }) {
  const { compareTrials } = useCommands();
  return (
    <Button disabled={ids.length < 2} onClick={() => void compareTrials(ids)}>
      Compare
    </Button>
  );
}
