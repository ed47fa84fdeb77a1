import fc from "fast-check";
import { expect, test } from "vitest";
import { drawEpoch, drawPlanned, epochsToSeeAll, positiveWeight } from "./balance";

const part = fc.record({
  labels: fc.uint8Array({ max: 1, minLength: 1, maxLength: 200 }),
  seed: fc.nat(),
  freshEachEpoch: fc.boolean(),
});
const count = (labels: Uint8Array, places: Uint32Array, label: number) =>
  places.filter((place) => labels[place] === label).length;

test("undersampling keeps all of the minority, as many of the majority, and nothing twice", () => {
  fc.assert(
    fc.property(part, fc.nat(20), ({ labels, seed, freshEachEpoch }, epoch) => {
      const drawn = drawEpoch({ labels, seed, freshEachEpoch, balance: "undersample" }, epoch);
      const all = Uint32Array.from(labels.keys());
      const fewer = Math.min(count(labels, all, 0), count(labels, all, 1));
      expect(count(labels, drawn, 0)).toBe(fewer);
      expect(count(labels, drawn, 1)).toBe(fewer);
      expect(new Set(drawn).size).toBe(drawn.length);
    }),
  );
});

test("fresh draws show every film within ceil(majority / minority) epochs, and no sooner than needed", () => {
  fc.assert(
    fc.property(part, ({ labels, seed }) => {
      fc.pre(labels.includes(0) && labels.includes(1));
      const draw = { labels, seed, freshEachEpoch: true, balance: "undersample" as const };
      const epochs = epochsToSeeAll(labels);
      expect(drawPlanned(draw, epochs).length).toBe(labels.length);
      if (epochs > 1) expect(drawPlanned(draw, epochs - 1).length).toBeLessThan(labels.length);
    }),
  );
});

test("films prepared for the planned epochs are all drawn by those epochs", () => {
  fc.assert(
    fc.property(part, fc.integer({ min: 1, max: 6 }), ({ labels, seed, freshEachEpoch }, epochs) => {
      const draw = { labels, seed, freshEachEpoch, balance: "undersample" as const };
      const prepared = drawPlanned(draw, epochs);
      const again = drawPlanned({ ...draw, labels: Uint8Array.from(prepared, (place) => labels[place] ?? 0) }, epochs);
      expect(again.length).toBe(prepared.length);
    }),
  );
});

test("without fresh draws every epoch is the same, with them the first one is that too", () => {
  const labels = Uint8Array.from({ length: 100 }, (_, i) => (i % 10 === 0 ? 1 : 0));
  const draw = { labels, seed: 7, balance: "undersample" as const };
  const first = drawEpoch({ ...draw, freshEachEpoch: false }, 0);
  expect(drawEpoch({ ...draw, freshEachEpoch: false }, 5)).toEqual(first);
  expect(drawEpoch({ ...draw, freshEachEpoch: true }, 0)).toEqual(first);
  expect(drawEpoch({ ...draw, freshEachEpoch: true }, 1)).not.toEqual(first);
  expect(drawEpoch({ ...draw, freshEachEpoch: false, seed: 8 }, 0)).not.toEqual(first);
});

test("oversampling evens the classes and repeats each film of the minority about as often", () => {
  fc.assert(
    fc.property(part, fc.nat(5), ({ labels, seed, freshEachEpoch }, epoch) => {
      const drawn = drawEpoch({ labels, seed, freshEachEpoch, balance: "oversample" }, epoch);
      fc.pre(labels.includes(0) && labels.includes(1));
      expect(count(labels, drawn, 0)).toBe(count(labels, drawn, 1));
      expect(new Set(drawn).size).toBe(labels.length);
      const times = new Map<number, number>();
      for (const place of drawn) times.set(place, (times.get(place) ?? 0) + 1);
      const minority = count(labels, Uint32Array.from(labels.keys()), 1) * 2 <= labels.length ? 1 : 0;
      const repeats = [...times].flatMap(([place, n]) => (labels[place] === minority ? [n] : []));
      expect(Math.max(...repeats) - Math.min(...repeats)).toBeLessThanOrEqual(1);
    }),
  );
});

test("weight and none take every film once; the weight is negatives over positives", () => {
  const labels = Uint8Array.from([1, 0, 0, 0]);
  for (const balance of ["weight", "none"] as const) {
    expect([...drawEpoch({ labels, seed: 0, freshEachEpoch: false, balance }, 3)]).toEqual([0, 1, 2, 3]);
  }
  expect(positiveWeight({ positives: 1, negatives: 3 })).toBe(3);
});
