// Whole models in a PyTorch file, `torch.save(model, file)`: which classes are known, and what the objects hold. No method of them is ever run.
import type { LazyArrays } from "../lazyArrays";
import { Instance } from "./pickle";
import type { Refuse } from "./refusal";
import { Tensor } from "./tensor";

/** Each package's classes by module: what a DenseNet is made of in torchvision, torchxrayvision and timm. One that computes otherwise is not here. */
const CLASSES: Record<string, string> = {
  "torch.nn.modules.activation": "ReLU Sigmoid",
  "torch.nn.modules.batchnorm": "BatchNorm1d BatchNorm2d",
  "torch.nn.modules.container": "Sequential ModuleDict",
  "torch.nn.modules.conv": "Conv2d",
  "torch.nn.modules.dropout": "Dropout",
  "torch.nn.modules.flatten": "Flatten",
  "torch.nn.modules.linear": "Linear Identity",
  "torch.nn.modules.pooling": "AdaptiveAvgPool2d AvgPool2d MaxPool2d",
  "torch.nn.parallel.data_parallel": "DataParallel",
  "torchvision.models.densenet": "DenseNet _DenseBlock _DenseLayer _Transition",
  "torchxrayvision.models": "DenseNet _DenseBlock _DenseLayer _Transition",
  "timm.models.densenet": "DenseNet DenseBlock DenseLayer DenseTransition _DenseBlock _DenseLayer _Transition",
  "timm.models._pretrained": "PretrainedCfg",
  ...Object.fromEntries(
    // Where timm's layers were before its version 0.8, and are since.
    ["timm.models.layers", "timm.layers"].flatMap((layers) => [
      [`${layers}.norm_act`, "BatchNormAct2d"],
      [`${layers}.adaptive_avgmax_pool`, "FastAdaptiveAvgPool2d SelectAdaptivePool2d"],
    ]),
  ),
};

export const MODULE_CLASSES: readonly string[] = Object.entries(CLASSES).flatMap(([module, names]) =>
  names.split(" ").map((name) => `${module}.${name}`),
);

const DATA_PARALLEL = "torch.nn.parallel.data_parallel.DataParallel";

/** Modules, and what they hold; a DenseNet201 has some 4,000 of all. With the others, bounds what a made-up file can ask for. */
const MOST_ENTRIES = 100_000;
const DEEPEST = 32;
const LONGEST_NAME = 1000;

/** The module's `state_dict()`: its parameters and persistent buffers, then those of its children. @throws LabError weightsUnreadable */
export function gatherState(root: Instance, refuse: Refuse): LazyArrays {
  const arrays: LazyArrays = new Map();
  let entries = 0;
  const count = (more: number) => {
    entries += more;
    if (entries > MOST_ENTRIES) throw refuse("its modules are more than any network has");
  };
  const gather = ({ attributes }: Instance, prefix: string, depth: number): void => {
    if (depth > DEEPEST) throw refuse("its modules are more than any network has");
    count(1);
    const listHeld = (kind: string): [string, unknown][] => {
      const held = attributes.get(kind);
      if (!(held instanceof Map)) throw refuse(`a module in it has no ${kind}`);
      count(held.size);
      return Array.from(held, ([name, value]) => {
        if (typeof name !== "string" || prefix.length + name.length > LONGEST_NAME)
          throw refuse("a module in it has no proper name");
        return [prefix + name, value];
      });
    };
    const parameters = listHeld("_parameters");
    const buffers = listHeld("_buffers");
    const names = attributes.get("_non_persistent_buffers_set");
    const unkept: unknown[] = Array.isArray(names) ? names : [];
    count(buffers.length * unkept.length);
    for (const [name, array] of [...parameters, ...buffers.filter(([name]) => !unkept.includes(name.slice(prefix.length)))]) {
      if (array instanceof Tensor) arrays.set(name, array);
    }
    for (const [name, child] of listHeld("_modules")) {
      if (child instanceof Instance) gather(child, `${name}.`, depth + 1);
    }
  };
  gather(root, "", 0);
  return arrays;
}

/** What the model says of itself, in the words of a weights file's metadata: of which class it is, and torchxrayvision's findings. */
export function describeModule(model: Instance): Record<string, string> {
  const { className, attributes } = unwrap(model);
  const findings = [attributes.get("pathologies"), attributes.get("targets")].find(
    (names) => Array.isArray(names) && names.every((name) => typeof name === "string"),
  );
  return { module: className, ...(findings !== undefined && { classes: JSON.stringify(findings) }) };
}

/** The model in a DataParallel. */
function unwrap(model: Instance): Instance {
  const children = model.attributes.get("_modules");
  const inner = model.className === DATA_PARALLEL && children instanceof Map ? children.get("module") : null;
  return inner instanceof Instance ? inner : model;
}
