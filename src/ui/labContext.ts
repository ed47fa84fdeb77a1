// How components reach the lab: a slice of its state, or its commands. It holds no state of its own.
import { createContext, useContext } from "react";
import { useStore } from "zustand";
import type { Lab } from "../app/lab";
import type { LabCommands } from "../app/labCommands";
import type { LabState } from "../app/state";

export const LabContext = createContext<Lab | null>(null);

function useLabItself(): Lab {
  const lab = useContext(LabContext);
  if (!lab) throw new Error("Rendered outside of <App>.");
  return lab;
}

/** A slice of the lab's state; the component renders again when the slice itself changes. */
export function useLab<Slice>(select: (state: LabState) => Slice): Slice {
  return useStore(useLabItself().store, select);
}

export function useCommands(): LabCommands {
  return useLabItself().commands;
}
