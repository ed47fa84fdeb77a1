// From the names that arrays have in files of torchvision, fastai and others to torchvision's of today. Only where it is sure which is which.
import type { LazyArrays } from "./lazyArrays";

/** What stands first in every DenseNet; what stands before it there stands before all names. */
const FIRST = "features.conv0.weight";
/** fastai's `nn.Sequential(nn.Sequential(features), head)`. */
const FASTAI_FIRST = "0.0.conv0.weight";

interface Rename {
  from: RegExp;
  to: string;
  note: string;
}

const FASTAI: Rename[] = [
  { from: /^0\.0\./, to: "features.", note: "fastai's names were read as torchvision's: 0.0 is features." },
  { from: /^1\.(\d+\.)/, to: "head.$1", note: "fastai's head was found: 1 is head." },
];

const TORCHVISION: Rename[] = [
  {
    // torchvision/models/densenet.py `_load_state_dict`, and the count that later versions of torch added.
    from: /^(.*denselayer\d+\.(?:norm|relu|conv))\.([12]\.(?:weight|bias|running_mean|running_var|num_batches_tracked))$/,
    to: "$1$2",
    note: "Names of early torchvision were read as today's: norm.1 is norm1.",
  },
  // The classifier within an nn.Sequential, before a sigmoid.
  { from: /^classifier\.0\.(weight|bias)$/, to: "classifier.$1", note: "The linear layer classifier.0 was read as classifier." },
];

/** Names that none of the rules is for stay as they are, and are for the caller to refuse. `notes` say in sentences what was done. */
export function mapNames(arrays: LazyArrays): { arrays: LazyArrays; notes: string[] } {
  const notes = new Set<string>();
  const names = [...arrays.keys()];
  const [first = "", isFastai] = findFirst(names);
  const prefix = first.slice(0, first.length - (isFastai ? FASTAI_FIRST : FIRST).length);
  if (prefix) notes.add(`“${prefix}” before every name was taken off.`);
  const renames = isFastai ? FASTAI : TORCHVISION;
  const mapped = names.map((name) => {
    let to = name.startsWith(prefix) ? name.slice(prefix.length) : name;
    for (const rename of renames) {
      if (!rename.from.test(to)) continue;
      to = to.replace(rename.from, rename.to);
      notes.add(rename.note);
    }
    return [to, arrays.get(name)!] as const;
  });
  return { arrays: new Map(mapped), notes: [...notes] };
}

function findFirst(names: readonly string[]): [name: string | undefined, isFastai: boolean] {
  const isAt = (last: string) => (name: string) => name === last || name.endsWith(`.${last}`);
  const fastai = names.find(isAt(FASTAI_FIRST));
  return fastai ? [fastai, true] : [names.find(isAt(FIRST)), false];
}
