// Flags that several benchmarks take.
import {
  ACTIVATIONS,
  type Activations,
  ARCHITECTURES,
  ARITHMETICS,
  type Architecture,
  type Arithmetic,
  HEADS,
  type Head,
} from "../src/protocol/settings";

export function readCount(text: string, name: string, least: number): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < least) throw new Error(`--${name} must be a whole number of at least ${least}.`);
  return count;
}

export function readArch(text: string): Architecture {
  const arch = ARCHITECTURES.find((name) => name === text);
  if (!arch) throw new Error(`--arch must be one of ${ARCHITECTURES.join(", ")}.`);
  return arch;
}

export function readHead(text: string): Head {
  const head = HEADS.find((name) => name === text);
  if (!head) throw new Error(`--head must be ${HEADS.join(" or ")}.`);
  return head;
}

export function readActivations(text: string): Activations {
  const activations = ACTIVATIONS.find((name) => name === text);
  if (!activations) throw new Error(`--activations must be ${ACTIVATIONS.join(" or ")}.`);
  return activations;
}

export function readArithmetic(text: string): Arithmetic {
  const arithmetic = ARITHMETICS.find((name) => name === text);
  if (!arithmetic) throw new Error(`--arithmetic must be ${ARITHMETICS.join(" or ")}.`);
  return arithmetic;
}

/** Undefined for `auto`: as the lab chooses, by its budget of GPU memory. */
export function readBottlenecks(text: string): "keep" | "recompute" | undefined {
  if (text !== "auto" && text !== "keep" && text !== "recompute") {
    throw new Error("--bottlenecks must be auto, keep or recompute.");
  }
  return text === "auto" ? undefined : text;
}
