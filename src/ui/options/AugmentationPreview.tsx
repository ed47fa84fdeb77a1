// Prepared films as the network would see them in an epoch, redrawn as settings change.
import { useEffect, useRef, useState } from "react";
import { toFailure } from "../../protocol/labError";
import type { FilmPreview } from "../../protocol/preview";
import { useCommands, useLab } from "../labContext";
import partsStyles from "../parts/parts.module.css";
import styles from "./options.module.css";

/** A number that is being typed need not be drawn at each digit. */
const SETTLED_MS = 250;

export function AugmentationPreview() {
  const settings = useLab((lab) => lab.settings);
  const sample = useLab((lab) => lab.preparation.sample);
  const { previewFilms } = useCommands();
  const [epoch, setEpoch] = useState(0);
  const [shown, setShown] = useState<{ preview: FilmPreview; epoch: number } | null>(null);
  const [problem, setProblem] = useState<string | null>(null);

  useEffect(() => {
    if (!sample) return;
    let isWanted = true;
    const timer = setTimeout(() => {
      previewFilms(settings, sample, epoch).then(
        (preview) => {
          if (!isWanted) return;
          setShown({ preview, epoch });
          setProblem(null);
        },
        (error: unknown) => isWanted && setProblem(toFailure(error).message),
      );
    }, SETTLED_MS);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [previewFilms, settings, sample, epoch]);

  if (!sample)
    return <p className={partsStyles.hint}>Once films are prepared, some are shown here as the network would see them.</p>;
  if (problem) return <p className={partsStyles.hint}>{problem}</p>;
  if (!shown) return null;
  const { preview } = shown;
  return (
    <figure className={styles.preview}>
      <figcaption>
        As the network sees films in epoch {shown.epoch + 1}
        <button type="button" className={partsStyles.textButton} onClick={() => setEpoch(epoch + 1)}>
          Other ones
        </button>
      </figcaption>
      <div role="img" aria-label={`${preview.films.length} films as the network sees them in epoch ${shown.epoch + 1}`}>
        {preview.films.map((film, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a film is nothing but its place.
          <FilmCanvas key={place} film={film} size={preview.size} />
        ))}
      </div>
    </figure>
  );
}

function FilmCanvas({ film, size }: { film: Uint8Array; size: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const picture = new ImageData(size, size);
    film.forEach((grey, pixel) => {
      picture.data.set([grey, grey, grey, 255], 4 * pixel);
    });
    canvas.current?.getContext("2d")?.putImageData(picture, 0, 0);
  }, [film, size]);
  return <canvas ref={canvas} width={size} height={size} />;
}
