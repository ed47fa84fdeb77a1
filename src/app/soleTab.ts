// Of several tabs of the lab one acts: it holds a lock that ends with it, and the others wait in line. What the others show is onlooking.ts.

/** What the browser calls the lab's lock; its holder is the tab that may start, prepare and delete. */
const LOCK = "roentgen-lab";

export interface TurnTaken {
  /** Another tab acts. */
  onWait(): void;
  /** This tab acts from now on: the first to be opened, or the next in line when that one has closed. */
  onTurn(): void;
}

/** Gets in line; the turn lasts as long as the tab. A tab that is hidden goes on meanwhile: browsers freeze none that holds a lock. */
export async function takeTurn({ onWait, onTurn }: TurnTaken, locks = navigator.locks): Promise<void> {
  const act = () => {
    onTurn();
    return new Promise<never>(() => {});
  };
  await locks.request(LOCK, { ifAvailable: true }, (lock) => {
    if (lock) return act();
    onWait();
    return locks.request(LOCK, act);
  });
}
