// Programs being compiled for the graphics card, before a job's first step: nothing where none are.
import type { CompileProgress as Progress } from "../../app/state";
import { JobProgress } from "./JobProgress";

export function CompileProgress({ progress }: { progress: Progress | null }) {
  if (!progress) return null;
  const { done, total } = progress;
  return (
    <JobProgress
      name="Programs compiled"
      done={done}
      total={total}
      words={`${done} of ${total} programs compiled for this graphics card · once a visit`}
    />
  );
}
