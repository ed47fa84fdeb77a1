// Entry of the dataset worker; it starts film workers of its own.
import { createDataset } from "../data/dataset";
import { connectFilmWorker } from "../data/films/filmWorker";
import { expose } from "./expose";

expose(createDataset(() => connectFilmWorker(new Worker(new URL("./film.worker.ts", import.meta.url), { type: "module" }))));
