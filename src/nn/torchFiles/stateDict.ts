// Finds the state dict in what a PyTorch file holds: the whole of it, or the part that trainers call by one of a few names; or a model's.
import type { LazyArrays } from "../lazyArrays";
import { describeModule, gatherState } from "./modules";
import { Instance } from "./pickle";
import type { Refuse } from "./refusal";
import { Tensor } from "./tensor";

/** fastai's `learn.save` and timm write `model`, Lightning and the ImageNet example `state_dict`. */
const KEYS = ["state_dict", "model", "model_state_dict", "model_state"];

const DEEPEST = 3;

export interface TorchFile {
  arrays: LazyArrays;
  /** Where in the file they stand, e.g. "model"; empty where they are all that it holds. */
  within: string;
  /** What a whole model says of itself (`describeModule`); empty for a state dict. */
  metadata: Record<string, string>;
}

/** @throws LabError weightsUnreadable, naming what is there instead */
export function findStateDict(root: unknown, refuse: Refuse): TorchFile {
  const path: string[] = [];
  let dict = root;
  while (dict instanceof Map && path.length < DEEPEST) {
    const holder: Map<unknown, unknown> = dict;
    const key = KEYS.find((name) => holder.get(name) instanceof Map || holder.get(name) instanceof Instance);
    if (!key) break;
    path.push(key);
    dict = holder.get(key);
  }
  const arrays: LazyArrays = dict instanceof Map ? takeTensors(dict) : new Map();
  if (arrays.size > 0) return { arrays, within: path.join("."), metadata: {} };
  if (dict instanceof Instance) {
    return { arrays: gatherState(dict, refuse), within: path.join("."), metadata: describeModule(dict) };
  }
  const names = dict instanceof Map ? [...dict.keys()].filter((name) => typeof name === "string").slice(0, 5) : [];
  throw refuse(
    names.length > 0 ? `it holds ${names.join(", ")}, and no state dict among them` : "it holds no state dict",
    "Save the weights alone, torch.save(model.state_dict(), file), and choose that file.",
  );
}

function takeTensors(dict: Map<unknown, unknown>): LazyArrays {
  const arrays: LazyArrays = new Map();
  for (const [name, value] of dict) if (typeof name === "string" && value instanceof Tensor) arrays.set(name, value);
  return arrays;
}
