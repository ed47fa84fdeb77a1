import { expect, it } from "vitest";
import { showFilm } from "../nn/moveFilms";
import type { PreparedPart } from "../protocol/dataset";
import { FASTAI_AUGMENTATION } from "../protocol/settings";
import type { FilmReader } from "../storage/filmReader";
import { shuffleEpoch } from "./batches";
import { previewFilms } from "./previewFilms";
import { createTestLab, play } from "./testLab";
import { createTestSample, TEST_SETTINGS, TEST_SIZE } from "./testSample";

const { sample, read } = createTestSample(22, 7);

function open() {
  let closed = 0;
  const locate = async ({ slots }: PreparedPart) => slots;
  const reader: FilmReader = { imageSize: TEST_SIZE, locate, read, close: () => void closed++ };
  return { tools: { openFilms: async () => reader }, closed: () => closed };
}

it("shows films as they are where nothing is set, and lets go of the store", async () => {
  const { tools, closed } = open();
  const films = Uint32Array.from(sample.train.slots.keys());
  for (const epoch of [0, 1]) {
    const { size, films: shown } = await previewFilms(tools, { settings: { ...TEST_SETTINGS, batchSize: 8 }, sample, epoch });
    const bytes = await read(shuffleEpoch(films, TEST_SETTINGS.seed, epoch).slice(0, 6));
    expect(size).toBe(TEST_SIZE);
    expect(shown.flatMap((film) => [...film])).toEqual([...bytes]);
  }
  expect(closed()).toBe(2);
});

it("shows what a run's first step sees", async () => {
  const settings = { ...TEST_SETTINGS, ...FASTAI_AUGMENTATION, mixup: 0.4 };
  const { films } = await previewFilms(open().tools, { settings, sample, epoch: 0 });
  const lab = createTestLab();
  const seen: number[][] = [];
  lab.onEngine = (engine) => {
    const { trainStep } = engine;
    engine.trainStep = (batch, ...more) => {
      for (let film = 0; film < batch.count; film++) {
        seen.push(Array.from(showFilm(batch, film), (grey) => Math.round(grey * 255)));
      }
      return trainStep(batch, ...more);
    };
  };
  const { id } = await lab.createTrial(settings);
  await play((port) => lab.session.train(id, port));
  // A batch of four.
  expect(films.map((film) => [...film])).toEqual(seen.slice(0, 4));
});

it("refuses what a run would refuse", async () => {
  const settings = { ...TEST_SETTINGS, batchSize: 64 };
  await expect(previewFilms(open().tools, { settings, sample, epoch: 0 })).rejects.toMatchObject({ at: "Batch size" });
});
