// A batch that the forecast finds too large for the GPU budget, and the ways out, each one action.
import { Button } from "@mantine/core";
import { chooseFit } from "../../app/fit";
import { useCommands, useLab } from "../labContext";
import { describeMemory, describePasses } from "./forecastWords";
import { formatBatch, formatMemory, formatPass } from "./format";
import { Notice } from "./Notice";

const MIB = 2 ** 20;

export function BudgetNotice() {
  const { of, forecast } = useLab((lab) => lab.forecast);
  const epochFilms = useLab((lab) => lab.sample.summary?.epochFilms);
  const { changeSettings } = useCommands();
  if (!of || !forecast) return null;
  const { fits, largestBatch, filmsPerPass, enoughMiB } = chooseFit(forecast, of, epochFilms);
  if (fits) return null;
  const { batchSize } = of;
  return (
    <Notice
      tone="warning"
      isStatus
      title={`A ${formatBatch(of)} does not fit the GPU budget`}
      actions={
        <>
          {largestBatch > 0 && (
            <Button variant="filled" onClick={() => changeSettings({ batchSize: largestBatch, filmsPerPass: 0 })}>
              Use the largest batch that fits ({largestBatch})
            </Button>
          )}
          {filmsPerPass !== null && (
            <Button onClick={() => changeSettings({ filmsPerPass })}>
              Keep the batch of {batchSize}, in passes of {formatPass({ batchSize, filmsPerPass })}{" "}
              {filmsPerPass === 1 ? "film" : "films"}
            </Button>
          )}
          <Button onClick={() => changeSettings({ gpuBudgetMiB: enoughMiB })}>
            Raise the budget to {formatMemory(enoughMiB * MIB)}
          </Button>
        </>
      }
    >
      {describeMemory(forecast, of)} {filmsPerPass !== null && describePasses({ batchSize, filmsPerPass })}
      {filmsPerPass === null && largestBatch === 0 && "Choose a smaller Image size or Architecture."} The budget is a guess, as no
      browser says how much memory a graphics card has.
    </Notice>
  );
}
