// From the names that arrays have in files of torchvision, fastai and others to torchvision's of today. Only where it is sure which is which.
import { LabError } from "../protocol/labError";
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

/**
 * Names that none of the rules is for stay as they are, and are for the caller to refuse. `notes` say in sentences what was done; `source`
 * names the file in errors.
 * @throws LabError weightsMismatch where two names come to the same
 */
export function mapNames(arrays: LazyArrays, source: string): { arrays: LazyArrays; notes: string[] } {
  const notes = new Set<string>();
  const names = [...arrays.keys()];
  const [first = "", isFastai] = findFirst(names);
  const prefix = first.slice(0, first.length - (isFastai ? FASTAI_FIRST : FIRST).length);
  if (prefix) notes.add(`“${prefix}” before every name was taken off.`);
  const renames = isFastai ? FASTAI : TORCHVISION;
  const sources = new Map<string, string>();
  for (const name of names) {
    let to = name.startsWith(prefix) ? name.slice(prefix.length) : name;
    for (const rename of renames) {
      if (!rename.from.test(to)) continue;
      to = to.replace(rename.from, rename.to);
      notes.add(rename.note);
    }
    const other = sources.get(to);
    if (other !== undefined) {
      const message = `${source} holds both ${other} and ${name}, which are ${to} in a DenseNet: it is not sure which is meant. Save one network alone, and choose that file.`;
      throw new LabError("weightsMismatch", message, name);
    }
    sources.set(to, name);
  }
  return { arrays: new Map(Array.from(sources, ([to, name]) => [to, arrays.get(name)!])), notes: [...notes] };
}

function findFirst(names: readonly string[]): [name: string | undefined, isFastai: boolean] {
  const isAt = (last: string) => (name: string) => name === last || name.endsWith(`.${last}`);
  const fastai = names.find(isAt(FASTAI_FIRST));
  return fastai ? [fastai, true] : [names.find(isAt(FIRST)), false];
}
