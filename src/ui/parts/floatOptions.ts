// The two kinds of floats that a person chooses between. Not where they are used.
import type { Activations, Arithmetic } from "../../protocol/settings";

export const FLOAT_OPTIONS: { value: Activations & Arithmetic; label: string }[] = [
  { value: "f32", label: "f32 (whole floats)" },
  { value: "f16", label: "f16 (halves)" },
];
