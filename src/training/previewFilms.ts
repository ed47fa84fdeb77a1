// The first films of an epoch as the network will see them, computed without a GPU. Trains nothing.
import { showFilm } from "../nn/moveFilms";
import type { FilmPreview, PreviewRequest } from "../protocol/preview";
import { augmentEpoch } from "./augment";
import { cutWholeBatches, readBatches, shuffleEpoch } from "./batches";
import { planRun } from "./plan";
import type { Tools } from "./workbench";

/** As many as are shown, where a batch has so many. */
const SHOWN = 6;

/** @throws LabError badSettings, noFilms as a run would, filmsNotPrepared */
export async function previewFilms(
  { openFilms }: Pick<Tools, "openFilms">,
  { settings, sample, epoch }: PreviewRequest,
): Promise<FilmPreview> {
  const { batchSize, seed } = settings;
  const order = shuffleEpoch(planRun(settings, sample).drawFilms(epoch), seed, epoch);
  // All of the batch: whom a film is blended with may be any of it.
  const batches = cutWholeBatches(order, batchSize).slice(0, 1);
  const reader = await openFilms(sample.store);
  try {
    const { imageSize, read } = reader;
    const part = { ...sample.train, slots: await reader.locate(sample.train) };
    const source = { part, targets: sample.targets, imageSize, read };
    const films: Uint8Array[] = [];
    for await (const batch of readBatches(source, batches, augmentEpoch(settings, epoch))) {
      for (let film = 0; film < Math.min(SHOWN, batch.count); film++) {
        films.push(Uint8Array.from(showFilm(batch, film), (grey) => Math.round(grey * 255)));
      }
    }
    return { size: imageSize, films };
  } finally {
    reader.close();
  }
}
