import { describe, expect, it } from "vitest";
import { colorOf, describeMap, normalise, paint, upsample } from "./heat";

it("is scaled by its own largest value or by the one that is given, and nothing stays nothing", () => {
  expect([...normalise(Float32Array.of(0, 1, 4))]).toEqual([0, 0.25, 1]);
  expect([...normalise(Float32Array.of(0, 1, 4), 2)]).toEqual([0, 0.5, 1]);
  expect([...normalise(Float32Array.of(0, 0))]).toEqual([0, 0]);
});

describe("upsampling", () => {
  it("is torch's bilinear interpolation", () => {
    // torch.nn.functional.interpolate(torch.tensor([[[[0., 1.], [2., 4.]]]]), size=4, mode="bilinear", align_corners=False)
    const want = [
      [0, 0.25, 0.75, 1],
      [0.5, 0.8125, 1.4375, 1.75],
      [1.5, 1.9375, 2.8125, 3.25],
      [2, 2.5, 3.5, 4],
    ];
    expect([...upsample(Float32Array.of(0, 1, 2, 4), 2, 4)]).toEqual(want.flat());
  });

  it("of a single cell fills the film", () => {
    expect([...upsample(Float32Array.of(0.5), 1, 3)]).toEqual(Array(9).fill(0.5));
  });

  it("leaves a map of a film's own size as it is, also where the sides do not divide", () => {
    const map = Float32Array.from({ length: 9 }, (_, at) => at * at);
    expect(upsample(map, 3, 3)).toEqual(map);
    const larger = upsample(map, 3, 10);
    expect(larger[0]).toBe(0);
    expect(larger.at(-1)).toBe(64);
  });
});

it("gets ever lighter from 0 to 1", () => {
  const luminance = Array.from({ length: 101 }, (_, percent) => {
    const [red, green, blue] = colorOf(percent / 100).map((byte) => {
      const share = byte / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
  });
  luminance.slice(1).forEach((light, at) => {
    expect(light).toBeGreaterThan(luminance[at]!);
  });
  expect(colorOf(0)).toEqual([0, 0, 4]);
  expect(colorOf(2)).toEqual([252, 255, 164]);
});

describe("painting", () => {
  const film = Uint8Array.of(0, 100, 255);
  const greys = [0, 0, 0, 255, 100, 100, 100, 255, 255, 255, 255, 255];

  it("shows the film alone without heat, and where the heat is 0", () => {
    expect([...paint(film, null)]).toEqual(greys);
    expect([...paint(film, { values: new Float32Array(3), opacity: 1 })]).toEqual(greys);
    expect([...paint(film, { values: new Float32Array(3).fill(1), opacity: 0 })]).toEqual(greys);
  });

  it("covers the film by value and opacity", () => {
    const painted = paint(film, { values: Float32Array.of(0, 1, 1), opacity: 0.5 });
    expect([...painted.subarray(0, 4)]).toEqual([0, 0, 0, 255]);
    expect([...painted.subarray(4, 8)]).toEqual([176, 178, 132, 255]);
    expect([...paint(film, { values: Float32Array.of(0, 0, 1), opacity: 1 }).subarray(8)]).toEqual([252, 255, 164, 255]);
  });
});

describe("in words", () => {
  const peakAt = (cell: number, side: number) =>
    describeMap(
      Float32Array.from({ length: side * side }, (_, at) => (at === cell ? 2 : 1)),
      side,
    );

  it.each([
    [0, 7, "upper left"],
    [3, 7, "upper middle"],
    [24, 7, "middle"],
    [27, 7, "right middle"],
    [48, 7, "lower right"],
    [2, 2, "lower left"],
  ])("cell %i of %i a side is the %s", (cell, side, place) => {
    expect(peakAt(cell, side)).toBe(`the network looked most at the ${place} of the picture`);
  });

  it("says so where nothing was seen, and where there are no places", () => {
    expect(describeMap(new Float32Array(9), 3)).toBe("nothing in it spoke for the target");
    expect(describeMap(Float32Array.of(1), 1)).toBe("the film is too small for a map of places");
  });
});
