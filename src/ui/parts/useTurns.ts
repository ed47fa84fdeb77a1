// Counts up by one a frame, for what is mounted part by part so that no part of it holds the page up. It mounts nothing itself.
import { startTransition, useEffect, useState } from "react";

/** From 0 to `last`, in steps that the browser draws between. */
export function useTurns(last: number): number {
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (turn < last) startTransition(() => setTurn(turn + 1));
  }, [turn, last]);
  return turn;
}
