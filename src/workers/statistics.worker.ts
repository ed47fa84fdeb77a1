// Entry of the statistics worker. No logic.
import { createStatistics } from "../statistics/api";
import { expose } from "./expose";

expose(createStatistics());
