import { describe, expect, it } from "vitest";
import { createRandom } from "../nn/random";
import type { ReadingChoices, ScoredFilms } from "../protocol/statistics";
import { createStatistics } from "./api";
import { logOdds, sigmoid } from "./logistic";

const statistics = createStatistics();
const HALF: ReadingChoices = { rule: { by: "probability", value: 0.5 }, trainedShare: null, useShare: null, scaled: false };

const NO_PARTS = { groupings: [], blanks: null };

/** Films of which a share is positive, with the logits of a network that knows the odds but takes `believed` for that share. */
function drawFilms(count: number, share: number, believed: number): ScoredFilms {
  const random = createRandom(3, "drawn");
  const labels = Uint8Array.from({ length: count }, () => (random.float() < share ? 1 : 0));
  // Two normal distributions two apart: the log of their densities' ratio is 2x.
  const scores = Float64Array.from(labels, (label) => 2 * (random.normal() + (label === 1 ? 1 : -1)) + logOdds(believed));
  return { labels, scores, patients: Uint32Array.from(labels.keys()) };
}

describe("read", () => {
  it("corrects what was trained on balanced films to the share of the films, where it is then calibrated", async () => {
    const films = drawFilms(20_000, 0.1, 0.5);
    const plain = await statistics.read(films, HALF, NO_PARTS);
    const corrected = await statistics.read(films, { ...HALF, trainedShare: 0.5, useShare: 0.1 }, NO_PARTS);
    expect(plain.calibration!.ece).toBeGreaterThan(0.05);
    expect(corrected.calibration!.ece).toBeLessThan(0.01);
    expect(corrected.calibration!.brier).toBeLessThan(plain.calibration!.brier);
    expect(corrected.correction).toEqual({ shift: logOdds(0.1) - logOdds(0.5), temperature: 1 });
    expect(corrected.probabilities[0]).toBeCloseTo(sigmoid(films.scores[0]! + Math.log(1 / 9)), 12);
    expect(corrected.temperature).toBeCloseTo(1, 1);
  });

  it("holds calibration against the films' own share, whatever that of the place of use", async () => {
    const films = drawFilms(5000, 0.5, 0.5);
    const choices = { ...HALF, trainedShare: 0.5 };
    const here = await statistics.read(films, { ...choices, useShare: 0.5 }, NO_PARTS);
    const elsewhere = await statistics.read(films, { ...choices, useShare: 0.01 }, NO_PARTS);
    expect(elsewhere.calibration).toEqual(here.calibration);
    // A positive is worth less where hardly any film is.
    expect(elsewhere.operatingPoint!.threshold).toBeGreaterThan(here.operatingPoint!.threshold);
    expect(elsewhere.operatingPoint!.atPrevalence!.prevalence).toBe(0.01);
  });

  it("reads a probability as corrected, and gives PPV where the finding is rarer", async () => {
    const films = drawFilms(2000, 0.3, 0.3);
    const choices = { ...HALF, rule: { by: "probability", value: 0.2 }, trainedShare: 0.3, useShare: 0.03 } as const;
    const { operatingPoint: point, correction } = await statistics.read(films, choices, NO_PARTS);
    expect(point!.probability).toBeCloseTo(0.2, 12);
    expect(point!.threshold).toBeCloseTo(Math.log(0.2 / 0.8) - correction.shift, 12);
    expect(point!.atPrevalence!.ppv!.value).toBeLessThan(point!.ppv!.value);
    expect((await statistics.read(films, HALF, NO_PARTS)).operatingPoint).toMatchObject({ threshold: 0, probability: 0.5 });
  });

  it("finds a chosen point again by its threshold, and none where a rule lacks its class", async () => {
    const films = drawFilms(300, 0.3, 0.3);
    const pointBy = async (of: ScoredFilms, rule: ReadingChoices["rule"]) =>
      (await statistics.read(of, { ...HALF, rule }, NO_PARTS)).operatingPoint;
    const youden = await pointBy(films, { by: "youden" });
    expect(await pointBy(films, { by: "score", value: youden!.threshold })).toEqual(youden);
    expect(await pointBy({ ...films, labels: films.labels.map(() => 0) }, { by: "youden" })).toBeNull();
  });

  it("holds no NaN, whatever films there are, and refuses a prevalence that cannot be", async () => {
    const choices = { rule: { by: "probability", value: 1 }, trainedShare: 0.5, useShare: 0.1, scaled: true } as const;
    for (const count of [1, 2, 3, 5, 9]) {
      const { labels, scores, patients } = drawFilms(count, 0.5, 0.5);
      const parts = { groupings: [new Uint8Array(count)], blanks: Uint8Array.from(labels, (_, film) => film % 2) };
      const numbers: unknown[] = [];
      JSON.stringify(await statistics.read({ labels, scores, patients }, choices, parts), (_, value) => {
        if (typeof value === "number") numbers.push(value);
        return ArrayBuffer.isView(value) ? Array.from(value as Float64Array) : value;
      });
      expect(numbers.length).toBeGreaterThan(0);
      expect(numbers.filter(Number.isNaN)).toEqual([]);
    }
    await expect(statistics.read(drawFilms(9, 0.5, 0.5), { ...choices, useShare: 12 }, NO_PARTS)).rejects.toMatchObject({
      code: "badSettings",
    });
  });

  it("scales by the temperature that fits, where it is asked to", async () => {
    const films = drawFilms(5000, 0.5, 0.5);
    const sure = { ...films, scores: films.scores.map((score) => score * 3) };
    const { temperature, correction, calibration } = await statistics.read(sure, { ...HALF, scaled: true }, NO_PARTS);
    expect(temperature).toBeCloseTo(3, 0);
    expect(correction.temperature).toBe(temperature);
    expect(calibration!.ece).toBeLessThan((await statistics.read(sure, HALF, NO_PARTS)).calibration!.ece);
  });

  it("counts groups at the operating point, and says nothing where there is none", async () => {
    const films = drawFilms(400, 0.5, 0.5);
    const groups = Uint8Array.from(films.labels, (_, film) => film % 2);
    const { groups: counted, operatingPoint } = await statistics.read(films, HALF, { groupings: [groups], blanks: null });
    expect(counted[0]!.map(({ films: of }) => of)).toEqual([200, 200]);
    const right = counted[0]!.reduce((sum, { sensitivity, positives }) => sum + sensitivity!.value * positives, 0);
    expect(right).toBeCloseTo(operatingPoint!.truePositives, 9);
    const none = { labels: new Uint8Array(), scores: new Float64Array(), patients: new Uint32Array() };
    expect(await statistics.read(none, HALF, { groupings: [new Uint8Array()], blanks: new Uint8Array() })).toMatchObject({
      operatingPoint: null,
      groups: [[]],
      negatives: [],
    });
  });

  it("holds all positives against explicit and against blank negatives, where there are both", async () => {
    const films = {
      labels: Uint8Array.of(1, 1, 0, 0, 0, 0),
      scores: Float64Array.of(2, 1, 1.5, 3, -2, -3),
      patients: Uint32Array.of(0, 1, 2, 3, 4, 5),
    };
    const read = async (blanks: Uint8Array) => (await statistics.read(films, HALF, { groupings: [], blanks })).negatives;
    const [explicit, blank] = await read(Uint8Array.of(0, 0, 0, 0, 1, 1));
    expect(explicit).toMatchObject({ group: 0, films: 4, positives: 2, auroc: { value: 0.25 }, specificity: { value: 0 } });
    expect(blank).toMatchObject({ group: 1, films: 4, positives: 2, auroc: { value: 1 }, specificity: { value: 1 } });
    expect(await read(new Uint8Array(6))).toEqual([]);
  });

  it("refuses scores that are no numbers, by name", async () => {
    const films = { labels: Uint8Array.of(0, 1), scores: Float64Array.of(1, Number.NaN), patients: Uint32Array.of(0, 1) };
    await expect(statistics.read(films, HALF, NO_PARTS)).rejects.toMatchObject({ code: "scoreNotFinite" });
    await expect(statistics.estimateAurocs([films])).rejects.toMatchObject({ code: "scoreNotFinite" });
  });
});

it("estimates the AUROC of each set of films, null of one class", async () => {
  const films = drawFilms(200, 0.5, 0.5);
  const positives = { ...films, labels: films.labels.map(() => 1) };
  const [both, one] = await statistics.estimateAurocs([films, positives]);
  expect(both!.low).toBeLessThan(both!.value);
  expect(one).toBeNull();
});
