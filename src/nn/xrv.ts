// What torchxrayvision's DenseNets have that torchvision's have not: a stem of one channel, films in [-1024, 1024], findings of their own.
// (github.com/mlmed/torchxrayvision, torchxrayvision/models.py and datasets.py.)
import type { Architecture } from "../protocol/settings";
import type { LazyArray, LazyArrays } from "./lazyArrays";

/** Its `default_pathologies`: the outputs of every DenseNet that it publishes, in their order. */
const FINDINGS = [
  ...["Atelectasis", "Consolidation", "Infiltration", "Pneumothorax", "Edema", "Emphysema", "Fibrosis", "Effusion", "Pneumonia"],
  ...["Pleural_Thickening", "Cardiomegaly", "Nodule", "Mass", "Hernia", "Lung Lesion", "Fracture", "Lung Opacity"],
  "Enlarged Cardiomediastinum",
];

const STEM = "features.conv0.weight";
/** Operating points, by which its `forward` bends probabilities; NaN for findings that the model was not trained on. */
const THRESHOLDS = "op_threshs";
const CHANNELS = 3;
/** Of every DenseNet that it publishes ("densenet121-res224-all"). */
const IMAGE_SIZE = 224;

export interface XrvFile {
  arrays: LazyArrays;
  /** Names of the outputs where they are sure, "" for one that was not trained; null where the file's own word or none has to do. */
  findings: string[] | null;
  /** Side in pixels of the films that it was trained with, where it is a published one. */
  imageSize: number | null;
  /** What it is, before how it was read. */
  describe(arch: Architecture, outputs: number): string;
  notes: string[];
}

/**
 * The arrays as those of a network of three equal channels, to which films in [-1024, 1024] are the same three times over, their padding too.
 * Null where nothing speaks of torchxrayvision or of one channel.
 * @param metadata what the file says of itself: of a whole model its class (`module`), and the names of its outputs (`classes`)
 */
export function readXrv(arrays: LazyArrays, { module = "", classes }: Record<string, string>): XrvFile | null {
  const stem = arrays.get(STEM);
  const isGrey = stem?.shape.length === 4 && stem.shape[1] === 1;
  const thresholds = arrays.get(THRESHOLDS);
  const isSaid = thresholds !== undefined || module.startsWith("torchxrayvision.");
  if (!isGrey && !isSaid) return null;

  const isPublished = arrays.get("classifier.weight")?.shape[0] === FINDINGS.length;
  const taken = new Map(arrays);
  taken.delete(THRESHOLDS);
  if (isGrey) taken.set(STEM, spreadStem(stem));
  const notes = [
    isGrey &&
      "Its stem's one channel was spread over the lab's three, a third to each: the same numbers, as all three see the same.",
    !isSaid &&
      !isPublished &&
      "It does not say how its films were scaled: to [-1024, 1024] is assumed, as torchxrayvision has it. Where that is wrong, so are its predictions.",
    isPublished &&
      `It was trained on the middle square of films, at ${IMAGE_SIZE} px: choose that as Fit, where films are prepared.`,
    thresholds && "torchxrayvision's operating points were left out: logits are the network's own.",
    isPublished &&
      !thresholds &&
      !classes &&
      "Its findings are named in torchxrayvision's order. Which of them it was trained on, the file need not say: models of one dataset leave some out.",
  ];
  return {
    arrays: taken,
    imageSize: isPublished ? IMAGE_SIZE : null,
    findings: isPublished ? nameTrained(thresholds) : null,
    describe: (arch, outputs) =>
      [
        `${isSaid || isPublished ? "torchxrayvision " : ""}${arch.replace("densenet", "DenseNet")}`,
        `${outputs} ${outputs === 1 ? "finding" : "findings"}`,
        ...(isGrey ? ["one-channel stem"] : []),
        "films scaled to [-1024, 1024].",
      ].join(", "),
    notes: notes.filter((note) => typeof note === "string"),
  };
}

function nameTrained(thresholds: LazyArray | undefined): string[] {
  const points = thresholds?.shape.join() === String(FINDINGS.length) ? thresholds.read() : null;
  return FINDINGS.map((name, at) => (points && Number.isNaN(points[at]) ? "" : name));
}

/** [out, 1, side, side] as [out, 3, side, side] that sum to the same over equal channels. */
function spreadStem(stem: LazyArray): LazyArray {
  const [out = 0, , ...sides] = stem.shape;
  return {
    shape: [out, CHANNELS, ...sides],
    read() {
      const grey = stem.read();
      const area = grey.length / Math.max(1, out);
      return Float32Array.from({ length: grey.length * CHANNELS }, (_, i) => {
        const filter = Math.floor(i / (CHANNELS * area));
        return grey[filter * area + (i % area)]! / CHANNELS;
      });
    },
  };
}
