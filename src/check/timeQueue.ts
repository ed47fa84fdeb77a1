// How long the graphics card takes for work that is put on its queue. Knows not what the work is.

/** Long beside what submitting takes, short beside what a person waits for. */
const RUN_MS = 40;
const RUNS = 5;
const MOST_REPEATS = 1024;

/**
 * The shortest of several runs of `work`, each of so many repeats that submitting them hardly counts.
 * @param encode puts one repeat on the encoder
 * @returns milliseconds a repeat
 */
export async function timeQueue(device: GPUDevice, encode: (encoder: GPUCommandEncoder) => void): Promise<number> {
  const time = async (repeats: number): Promise<number> => {
    const start = performance.now();
    const encoder = device.createCommandEncoder();
    for (let repeat = 0; repeat < repeats; repeat++) encode(encoder);
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    return performance.now() - start;
  };
  // The first run pays for what is made on first use.
  await time(1);
  let repeats = 1;
  while (repeats < MOST_REPEATS && (await time(repeats)) < RUN_MS) repeats *= 2;
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < RUNS; run++) best = Math.min(best, (await time(repeats)) / repeats);
  return best;
}
