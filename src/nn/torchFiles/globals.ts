// The classes and functions that a PyTorch file may name, and what each comes to here. Everything else refuses the file.
import { MODULE_CLASSES } from "./modules";
import { Global } from "./pickle";
import type { Refuse } from "./refusal";
import { STORAGE_TYPES, Tensor } from "./tensor";

/** Stands for what an optimiser or a schedule keeps beside its tensors, of which the lab needs nothing. */
const NOTHING = null;

const INERT = [
  // Rates as numpy's numbers, which is how fastai's optimiser keeps them; their bytes as protocol 2 writes them.
  "numpy.dtype",
  "numpy.core.multiarray.scalar",
  "numpy._core.multiarray.scalar",
  "_codecs.encode",
  "torch.device",
  "collections.Counter",
  // What modules of torch before 1.2 kept beside their parameters.
  "torch.nn.backends.thnn._get_thnn_function_backend",
  ...["float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool"].map(
    (dtype) => `torch.${dtype}`,
  ),
];

/** In which timm's and torchvision's trainers keep what a run was told, beside the weights. */
const FLAGS = "argparse.Namespace";

/** By which a whole model of classes that the lab does not know is recognised. */
const MODEL = /^(torchvision|torchxrayvision|timm|torch\.nn|fastai|__main__)\b/;

/** The allow-list. @throws LabError naming what is not on it */
export function createFindGlobal(refuse: Refuse): (name: string) => Global {
  const allowed = new Map<string, Global>();
  const allow = (name: string, call?: Global["call"]) => allowed.set(name, new Global(name, call));

  allow("collections.OrderedDict", (args) => {
    // Python 2 gave the entries as a list of pairs.
    const [pairs = []] = args;
    const arePairs = Array.isArray(pairs) && pairs.every((pair): pair is [unknown, unknown] => Array.isArray(pair));
    if (!arePairs) throw refuse("an OrderedDict in it is made of what are no pairs");
    return new Map(pairs);
  });
  allow("torch.Size", ([sides]) => sides);
  const rebuildTensor = ([storage, offset, shape, strides]: unknown[]) => new Tensor(storage, offset, shape, strides, refuse);
  allow("torch._utils._rebuild_tensor", rebuildTensor);
  allow("torch._utils._rebuild_tensor_v2", rebuildTensor);
  allow("torch._utils._rebuild_parameter", ([data]) => data);
  for (const set of ["__builtin__.set", "builtins.set"]) allow(set, ([items = []]) => items);
  for (const name of [...MODULE_CLASSES, FLAGS]) allowed.set(name, new Global(name, undefined, true));
  for (const type of STORAGE_TYPES.keys()) allow(`torch.${type}`);
  for (const name of INERT) allow(name, () => NOTHING);

  return (name) => {
    const global = allowed.get(name);
    if (global) return global;
    const wayOut = MODEL.test(name)
      ? "It holds a whole model, which is a program, and not one of torchvision's, timm's or torchxrayvision's DenseNets: save its weights alone, torch.save(model.state_dict(), file), and choose that file."
      : "If you know who made it, load it in Python, save its weights alone, torch.save(model.state_dict(), file), and choose that file.";
    throw refuse(`it asks for ${name}: the lab reads data only`, wayOut);
  };
}
