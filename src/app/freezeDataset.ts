// What a trial records of the data that it was made of, so that the same data can be told from other. It reads no film.
import type { DatasetSummary, FailedFilm, PreparedSample } from "../protocol/dataset";
import type { DatasetFingerprint } from "../protocol/training";

export function freezeDataset(dataset: DatasetSummary, { contents }: PreparedSample, failed: FailedFilm[]): DatasetFingerprint {
  const { name, fingerprint, format, rows, films, csvPath, csvSha256, labelFiles, mapping } = dataset;
  return { name, fingerprint, format, rows, films, csvPath, csvSha256, labelFiles, mapping, contents, failed };
}
