// The page: the lab given to every component, the frame, and the one step that is shown.
import { localStorageColorSchemeManager, MantineProvider } from "@mantine/core";
import type { ComponentType } from "react";
import type { Lab } from "../app/lab";
import type { StepName } from "../app/state";
import { BalanceStep } from "./balance/BalanceStep";
import { DatasetStep } from "./dataset/DatasetStep";
import { EvaluateStep } from "./evaluation/EvaluateStep";
import { FinderStep } from "./finder/FinderStep";
import { FaultBoundary } from "./frame/FaultBoundary";
import { Frame } from "./frame/Frame";
import { LabContext, useLab } from "./labContext";
import { theme } from "./theme";
import { TrainStep } from "./train/TrainStep";
import { TrialsStep } from "./trials/TrialsStep";

const colorSchemeManager = localStorageColorSchemeManager({ key: "roentgen-lab-theme" });

const STEP_VIEWS: Record<StepName, ComponentType> = {
  dataset: DatasetStep,
  balance: BalanceStep,
  finder: FinderStep,
  train: TrainStep,
  evaluate: EvaluateStep,
  trials: TrialsStep,
};

export function App({ lab }: { lab: Lab }) {
  return (
    <MantineProvider theme={theme} defaultColorScheme="dark" colorSchemeManager={colorSchemeManager}>
      <LabContext value={lab}>
        <Frame>
          <CurrentStep />
        </Frame>
      </LabContext>
    </MantineProvider>
  );
}

function CurrentStep() {
  const step = useLab((state) => state.step);
  const StepView = STEP_VIEWS[step];
  return (
    <FaultBoundary key={step}>
      <StepView />
    </FaultBoundary>
  );
}
