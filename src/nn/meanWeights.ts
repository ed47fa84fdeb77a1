// The mean of several models of one network, as one model. It trains nothing and knows no checkpoints.
import type { NamedArrays } from "./engine";

/**
 * Of every parameter and of BatchNorm's running statistics, summed in float64. The statistics are averaged as they are, not measured
 * anew on films with the mean weights, as stochastic weight averaging does (Izmailov et al. 2018, section 3): epochs at the end of one run lie close
 * together. `num_batches_tracked` is the last model's. Null of no models.
 */
export async function meanOf(models: AsyncIterable<NamedArrays>): Promise<NamedArrays | null> {
  let count = 0;
  let last: NamedArrays = new Map();
  const sums = new Map<string, Float64Array>();
  for await (const model of models) {
    count++;
    last = model;
    for (const [name, { data }] of model) {
      const sum = sums.get(name) ?? new Float64Array(data.length);
      for (let i = 0; i < data.length; i++) sum[i]! += data[i]!;
      sums.set(name, sum);
    }
  }
  const mean = (name: string, kept: Float32Array) =>
    name.endsWith(".num_batches_tracked") ? kept : Float32Array.from(sums.get(name) ?? [], (sum) => sum / count);
  return count === 0 ? null : new Map([...last].map(([name, { shape, data }]) => [name, { shape, data: mean(name, data) }]));
}
