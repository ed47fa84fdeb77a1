// Draws patients anew, round by round: the one source of all intervals by patient, so that figures of one seed are of the same rounds.
import { createRandom } from "../nn/random";
import type { BootstrapOptions } from "../protocol/statistics";

const ROUNDS = 2000;
/** Films drawn in one task: some tens of milliseconds, after which another question gets its turn. */
const FILMS_AT_ONCE = 1_000_000;

/**
 * Each round draws as many patients as there are, with replacement (the cluster bootstrap of Field and Welsh 2007).
 * @param films how many there are of all patients: the work of a round
 * @param onRound is told how often each patient was drawn, in an array that the next round fills anew
 */
export async function resamplePatients(
  patients: number,
  films: number,
  { seed, rounds = ROUNDS }: BootstrapOptions,
  onRound: (often: Uint32Array) => void,
): Promise<void> {
  const often = new Uint32Array(patients);
  const atOnce = Math.max(1, Math.floor(FILMS_AT_ONCE / films));
  for (let round = 0; round < rounds; round++) {
    if (round % atOnce === 0) await new Promise((resolve) => setTimeout(resolve));
    const random = createRandom(seed, "bootstrap", round);
    often.fill(0);
    for (let draw = 0; draw < patients; draw++) often[random.int(patients)]!++;
    onRound(often);
  }
}
