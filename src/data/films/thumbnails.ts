// Small films for the wall from a film worker of their own, so that neither a slow film nor one that hangs holds up anything else. It keeps none.
import { LabError } from "../../protocol/labError";
import { type FilmWorker, FilmWorkerDied } from "./filmWorker";
import type { GreyImage } from "./resize";

/** An idle worker still holds its decoders and the memory of the largest film. */
const LONGEST_IDLE_MS = 60_000;

/** Takes the film's bytes. @throws LabError filmUnreadable */
export type MakeThumbnail = (file: Uint8Array<ArrayBuffer>, path: string, side: number) => Promise<GreyImage>;

/** The worker is started with the first film, replaced where it ends over one, and ended when none has been asked for in a while. */
export function createThumbnails(createWorker: () => FilmWorker): MakeThumbnail {
  let worker: FilmWorker | null = null;
  let idle: ReturnType<typeof setTimeout> | undefined;
  let last: Promise<unknown> = Promise.resolve();
  const close = () => {
    worker?.close();
    worker = null;
  };
  const make: MakeThumbnail = async (file, path, side) => {
    clearTimeout(idle);
    try {
      worker ??= createWorker();
      return await worker.thumbnail(file, path, side);
    } catch (error) {
      if (!(error instanceof FilmWorkerDied)) throw error;
      close();
      throw new LabError("filmUnreadable", `The worker that decoded it ended: ${error.message}.`, path);
    } finally {
      idle = setTimeout(close, LONGEST_IDLE_MS);
    }
  };
  return (file, path, side) => {
    // One at a time: a worker that ends takes no film with it but the one that ended it.
    const made = last.then(() => make(file, path, side));
    last = made.catch(() => {});
    return made;
  };
}
