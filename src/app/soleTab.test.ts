import { expect, it } from "vitest";
import { takeTurn } from "./soleTab";

/** One exclusive lock, as Web Locks have it. */
function createLocks() {
  let held = false;
  const line: (() => void)[] = [];
  const grant = async (work: (lock: object | null) => unknown) => {
    held = true;
    await work({});
  };
  const request = async (_name: string, ...given: unknown[]) => {
    const work = given.at(-1) as (lock: object | null) => unknown;
    const { ifAvailable } = given.length > 1 ? (given[0] as LockOptions) : { ifAvailable: false };
    if (!held) return grant(work);
    if (ifAvailable) return work(null);
    await new Promise<void>((resolve) => line.push(resolve));
    return grant(work);
  };
  return {
    locks: { request } as unknown as LockManager,
    /** The tab that holds it is closed. */
    close: async () => {
      held = false;
      line.shift()?.();
      await new Promise((resolve) => setTimeout(resolve));
    },
  };
}

it("gives the turn to the first tab, and to the others in line as each is closed", async () => {
  const { locks, close } = createLocks();
  const told: string[] = [];
  const open = (tab: string) => {
    void takeTurn({ onWait: () => told.push(`${tab} waits`), onTurn: () => told.push(`${tab} acts`) }, locks);
  };
  open("first");
  open("second");
  open("third");
  await new Promise((resolve) => setTimeout(resolve));
  expect(told.splice(0)).toEqual(["first acts", "second waits", "third waits"]);
  await close();
  expect(told.splice(0)).toEqual(["second acts"]);
  await close();
  expect(told).toEqual(["third acts"]);
});
