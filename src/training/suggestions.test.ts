import { expect, it } from "vitest";
import { SUGGESTIONS } from "../protocol/finder";
import golden from "./golden/finder.json";
import { suggestLrs } from "./suggestions";

it.each(golden)("suggests what fastai would: $name", ({ lrs, smoothed, suggestions }) => {
  const found = suggestLrs(
    lrs,
    smoothed.map((loss) => loss ?? Number.NaN),
    100,
  );
  for (const name of SUGGESTIONS) {
    const [expected, actual] = [suggestions[name], found[name]];
    if (expected === null || actual === null) expect([name, actual]).toEqual([name, expected]);
    else expect([name, Math.abs(actual / expected - 1) < 1e-12]).toEqual([name, true]);
  }
});

it("suggests nothing of a curve that is all left out", () => {
  const lrs = Array.from({ length: 15 }, (_, i) => 10 ** (i / 10));
  for (const length of [0, 1, 15]) {
    const found = suggestLrs(lrs.slice(0, length), lrs.slice(0, length), 100);
    expect(Object.values(found)).toEqual([null, null, null, null, null]);
  }
});
