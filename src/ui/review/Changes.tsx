// What is other than in the trial whose weights this one began from; of one that began from none, than in the trial above it.
import { findParent } from "../../app/review";
import type { Trial } from "../../protocol/training";
import { useLab } from "../labContext";
import { DataTable } from "../parts/DataTable";
import { listDifferences } from "../trials/compare/differences";
import type { Mask } from "./mask";

interface ChangesProps {
  trial: Trial;
  before: Trial | undefined;
  mask: Mask;
}

export function Changes({ trial, before, mask }: ChangesProps) {
  const trials = useLab((lab) => lab.trials);
  const parent = findParent(trial, trials);
  const other = parent ?? before;
  return (
    <>
      <p>{mask.text(describeParent(trial, parent))}</p>
      {!parent && other && <p>What is other than in trial {other.id}:</p>}
      {other && <Differences trial={trial} other={other} mask={mask} />}
    </>
  );
}

function Differences({ trial, other, mask }: { trial: Trial; other: Trial; mask: Mask }) {
  const differences = listDifferences([other, trial]);
  if (differences.length === 0) return <p>Settings, data, graphics card and versions are those of trial {other.id}.</p>;
  return (
    <DataTable
      caption={`What differs between trial ${other.id} and trial ${trial.id}`}
      columns={["", `trial ${other.id}`, `trial ${trial.id}`]}
      rows={differences.map(({ name, values }) => ({ key: name, cells: [name, ...values.map(mask.text)] }))}
    />
  );
}

function describeParent({ parent, origin }: Trial, found: Trial | undefined): string {
  if (parent === null) return "It began from fresh weights.";
  if (found) return `It began from the weights of trial ${found.id}.`;
  if (origin) return `It was trained elsewhere and brought in; there it began from ${parent}.`;
  return `It began from ${parent}, which is not among the trials here.`;
}
