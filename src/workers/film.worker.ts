// Entry of a film worker: one film in, its prepared bytes out.
import { createFilmApi } from "../data/films/filmWorker";
import { expose } from "./expose";

expose(createFilmApi());
