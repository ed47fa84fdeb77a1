// That the films which are evaluated next are prepared otherwise than those that the network was trained on, and the way to have them alike.
import { Button } from "@mantine/core";
import { chooseEvaluated } from "../../app/evaluated";
import { findTrainedOtherwise } from "../../app/trainedOtherwise";
import { useCommands, useLab } from "../labContext";
import { Notice } from "../parts/Notice";

export function TrainedOtherwiseNotice() {
  // As text, since each look makes another object.
  const found = useLab((lab) => JSON.stringify(findTrainedOtherwise(lab)));
  const canPrepare = useLab((lab) => lab.dataset.state === "ready" && chooseEvaluated(lab).trial === null);
  const { changeSettings, prepareFilms, goTo } = useCommands();
  const otherwise = JSON.parse(found) as ReturnType<typeof findTrainedOtherwise>;
  if (!otherwise) return null;

  function prepareAlike(): void {
    if (!otherwise) return;
    changeSettings(otherwise.preparation);
    goTo("dataset");
    void prepareFilms();
  }

  return (
    <Notice tone="warning" actions={canPrepare && <Button onClick={prepareAlike}>Prepare films as it knows them</Button>}>
      {otherwise.sentence}
    </Notice>
  );
}
