// Stands in for the tests of kernels and engines on a driver that this machine has not, so that the report shows what was not tested.
import { it } from "vitest";

it.skip(`kernels and engines on ${process.env.ROENTGEN_ADAPTER}: Dawn finds no such driver here`);
