import { describe, expect, it } from "vitest";
import { ARCHITECTURES } from "../protocol/settings";
import { DENSENETS, listArrays } from "./densenet";
import torchFiles from "./golden/torchFiles.json";
import { initialise } from "./initialise";
import { readSafetensors, writeSafetensors } from "./safetensors";
import { fromBase64, makeStateDictFile } from "./torchFiles/testSupport";
import { readWeights, type WeightsInfo, writeWeights } from "./weights";

const arch = "densenet-mini";
const makeModel = (classes = 1) => initialise(listArrays(DENSENETS[arch], classes), 3);
const INFO: WeightsInfo = { arch, head: "linear", normalisation: "imagenet", classes: ["Cardiomegaly"], imageSize: 64 };
const write = (model = makeModel()) => writeWeights(model, INFO);
const read = (file: ArrayBuffer, chosen: Parameters<typeof readWeights>[2] = arch) =>
  readWeights(file, "trial.safetensors", chosen);

it("gives back model and description", () => {
  const model = makeModel();
  expect(read(write(model))).toEqual({ model, info: INFO, notes: [] });
});

it("says in the file what a program elsewhere needs", () => {
  expect(readSafetensors(write(), "file").metadata).toEqual({
    formatVersion: "1",
    architecture: arch,
    head: "linear",
    classes: '["Cardiomegaly"]',
    mean: "[0.485,0.456,0.406]",
    std: "[0.229,0.224,0.225]",
    imageSize: "64",
  });
});

it("keeps how films are scaled, as what is taken off them and divides them", () => {
  const file = writeWeights(makeModel(), { ...INFO, normalisation: "xrv" });
  expect(read(file).info.normalisation).toBe("xrv");
  expect(readSafetensors(file, "file").metadata).toMatchObject({
    mean: "[0.5,0.5,0.5]",
    std: "[0.00048828125,0.00048828125,0.00048828125]",
  });
  const metadata = { mean: "[0.5,0.5,0.5]", std: "[0.5,0.5,0.5]" };
  expect(() => read(writeSafetensors({ arrays: makeModel(), metadata }))).toThrow(
    /films were scaled by the mean \[0\.5,0\.5,0\.5\] and the deviation .*, which the lab does not have/,
  );
});

it("takes a file without metadata and without num_batches_tracked", () => {
  const arrays = new Map([...makeModel(2)].filter(([name]) => !name.endsWith("num_batches_tracked")));
  const { model, info } = read(writeSafetensors({ arrays, metadata: {} }));
  expect([...model.keys()]).toEqual([...makeModel(2).keys()]);
  expect(info).toEqual({ arch, head: "linear", normalisation: "imagenet", classes: ["class 1", "class 2"], imageSize: null });
});

it("knows fastai's head by its names, with its classes", () => {
  const model = initialise(listArrays(DENSENETS[arch], 2, "fastai"), 3);
  const info: WeightsInfo = { ...INFO, head: "fastai", classes: ["Cardiomegaly", "Edema"] };
  expect(read(writeWeights(model, info))).toEqual({ model, info, notes: [] });
  expect(readSafetensors(writeWeights(model, info), "file").metadata.head).toBe("fastai");
  expect(read(writeSafetensors({ arrays: model, metadata: {} })).info).toMatchObject({ head: "fastai", classes: { length: 2 } });
  const both = new Map([...model, ...makeModel()]);
  expect(() => read(writeSafetensors({ arrays: both, metadata: {} }))).toThrow(/holds head\.2\.weight .* no place/);
});

describe("the architecture", () => {
  it("a file that lacks an array is held to be of its own depth, not of the one chosen", () => {
    const model = initialise(listArrays(DENSENETS.densenet121, 1), 0);
    model.delete("features.denseblock4.denselayer16.conv2.weight");
    const file = writeSafetensors({ arrays: model, metadata: {} });
    expect(() => read(file, "densenet169")).toThrow(
      /lacks features\.denseblock4\.denselayer16\.conv2\.weight \[32, 128, 3, 3\]\. .*\(now densenet121\)/,
    );
  });

  it.each(ARCHITECTURES)("%s is recognised by its layers where the file does not say, whatever is chosen", (name) => {
    // What it is refused for says what it was held to be: a file of names and widths is enough.
    const isList = ({ shape }: { shape: number[] }) => shape.length < 2;
    const short = new Map(
      listArrays(DENSENETS[name], 1).map((array) => {
        const shape = isList(array) ? array.shape : [array.shape[0]!, 0];
        return [array.name, { shape, data: new Float32Array(isList(array) ? (shape[0] ?? 1) : 0) }];
      }),
    );
    expect(() => read(writeSafetensors({ arrays: short, metadata: {} }))).toThrow(`(now ${name})`);
  });

  it("is the file's own word, before its shapes", () => {
    const file = writeSafetensors({ arrays: makeModel(), metadata: { architecture: "densenet121" } });
    expect(() => read(file)).toThrow(/lacks .* \(now densenet121\)/);
  });

  it("that the lab does not have is refused by name", () => {
    const file = writeSafetensors({ arrays: makeModel(), metadata: { architecture: "vgg" } });
    expect(() => read(file)).toThrow(/says it holds a vgg, which the lab does not have/);
  });
});

it("reads a state dict of early torchvision, as torch.save writes it", () => {
  const model = makeModel(2);
  const earlyName = (name: string) => name.replace(/(denselayer\d+\.(?:norm|conv))(\d)/, "$1.$2");
  const arrays = Array.from(model, ([name, array]) => [earlyName(name), array] as const).filter(
    ([name]) => !name.endsWith("tracked"),
  );
  const { model: found, info, notes } = readWeights(makeStateDictFile(new Map(arrays)), "densenet.pth", "densenet121");
  expect(found).toEqual(model);
  expect(info).toEqual({ arch, head: "linear", normalisation: "imagenet", classes: ["class 1", "class 2"], imageSize: null });
  expect(notes).toEqual(["Names of early torchvision were read as today's: norm.1 is norm1."]);
});

it("reads fastai's names, behind a prefix, and says what it made of them", () => {
  const model = initialise(listArrays(DENSENETS[arch], 2, "fastai"), 3);
  const fastaiName = (name: string) => `module.${name.replace(/^features\./, "0.0.").replace(/^head\./, "1.")}`;
  const arrays = new Map(Array.from(model, ([name, array]) => [fastaiName(name), array]));
  const found = read(writeSafetensors({ arrays, metadata: {} }), "densenet121");
  expect(found).toMatchObject({ model, info: { arch, head: "fastai" } });
  expect(found.notes).toHaveLength(3);
});

describe("torchxrayvision's", () => {
  const makeXrv = (classes: number, thresholds?: number[]) => {
    const model = makeModel(classes);
    const { shape, data } = model.get("features.conv0.weight")!;
    const [out = 0, , ...sides] = shape;
    model.set("features.conv0.weight", { shape: [out, 1, ...sides], data: data.slice(0, data.length / 3) });
    if (thresholds) model.set("op_threshs", { shape: [thresholds.length], data: Float32Array.from(thresholds) });
    return model;
  };
  const readXrv = (model: ReturnType<typeof makeXrv>) => readWeights(makeStateDictFile(model), "xrv.pt", arch);

  it("one channel becomes three that add up to it, and all else stays", () => {
    const grey = makeXrv(18);
    const { model } = readXrv(grey);
    const { shape, data } = grey.get("features.conv0.weight")!;
    const spread = model.get("features.conv0.weight")!;
    expect(spread.shape).toEqual([shape[0], 3, 7, 7]);
    const sums = data.map((_, i) => {
      const at = Math.floor(i / 49) * 3 * 49 + (i % 49);
      return [0, 49, 98].reduce((sum, channel) => sum + spread.data[at + channel]!, 0);
    });
    sums.forEach((sum, i) => {
      expect(sum).toBeCloseTo(data[i]!, 6);
    });
    expect([...model].filter(([name]) => name !== "features.conv0.weight")).toEqual(
      [...grey].filter(([name]) => name !== "features.conv0.weight"),
    );
  });

  it("says what it is: its findings, its stem, how films are scaled, and at which size it was trained", () => {
    const { info, notes } = readXrv(makeXrv(18));
    expect(info).toMatchObject({ normalisation: "xrv", imageSize: 224 });
    expect(info.classes.slice(9, 11)).toEqual(["Pleural_Thickening", "Cardiomegaly"]);
    expect(notes[0]).toBe("torchxrayvision DenseNet-mini, 18 findings, one-channel stem, films scaled to [-1024, 1024].");
    expect(notes).toContainEqual(expect.stringContaining("a third to each"));
    expect(notes).toContainEqual(expect.stringContaining("need not say"));
  });

  it("names no finding that its operating points say was not trained, and leaves these out", () => {
    const { info, notes } = readXrv(
      makeXrv(
        18,
        Array.from({ length: 18 }, (_, i) => (i === 2 ? Number.NaN : 0.5)),
      ),
    );
    expect(info.classes.slice(0, 4)).toEqual(["Atelectasis", "Consolidation", "class 3", "Pneumothorax"]);
    expect(notes).toContainEqual(expect.stringContaining("operating points were left out"));
  });

  it("one channel alone is no proof, which is said", () => {
    const { info, notes } = readXrv(makeXrv(1));
    expect(info).toMatchObject({ normalisation: "xrv", classes: ["class 1"], imageSize: null });
    expect(notes[0]).toBe("DenseNet-mini, 1 finding, one-channel stem, films scaled to [-1024, 1024].");
    expect(notes).toContainEqual(expect.stringContaining("does not say how its films were scaled"));
  });

  it("a file of another depth is refused by what it lacks and holds", () => {
    const deeper = makeXrv(18);
    const layer = /^(features\.denseblock4\.denselayer)2(\..*)$/;
    for (const [name, array] of [...deeper]) if (layer.test(name)) deeper.set(name.replace(layer, "$13$2"), array);
    expect(() => readXrv(deeper)).toThrow(
      /^xrv\.pt holds features\.denseblock4\.denselayer3\.norm1\.weight \[\d+\], which densenet-mini has no place for, and 11 more/,
    );
    deeper.delete("features.norm5.bias");
    expect(() => readXrv(deeper)).toThrow(/^xrv\.pt lacks features\.norm5\.bias \[\d+\]; it holds /);
  });

  it("a whole model that is no DenseNet of the lab's is refused by its arrays", () => {
    const file = fromBase64(torchFiles["xrv, legacy"].file);
    expect(() => readWeights(file, "model.pt", arch)).toThrow(/^model\.pt lacks features\.norm0\.weight \[8\]/);
  });
});

it("takes features without a classifier (timm's num_classes=0), which tell no class", () => {
  const arrays = new Map([...makeModel()].filter(([name]) => !name.startsWith("classifier")));
  const { model, info } = read(writeSafetensors({ arrays, metadata: { format: "pt" } }), "densenet121");
  expect(model).toEqual(arrays);
  expect(info).toMatchObject({ arch, head: "linear", normalisation: "imagenet", classes: [] });
});

it.each([
  ["an error page", "<!doctype html><title>404</title>"],
  ["nothing", ""],
])("refuses %s by what it is not", (_, text) => {
  const file = new TextEncoder().encode(text).buffer as ArrayBuffer;
  expect(() => read(file)).toThrow(/^trial\.safetensors is neither a safetensors file nor one that torch\.save wrote\./);
});

describe("refuses", () => {
  const changed = (change: (model: ReturnType<typeof makeModel>) => void) => {
    const model = makeModel();
    change(model);
    return writeSafetensors({ arrays: model, metadata: {} });
  };
  const shape = [1];
  const data = new Float32Array(1);
  it.each<[string, ArrayBuffer, RegExp]>([
    ["a missing array", changed((model) => model.delete("features.norm0.bias")), /lacks features\.norm0\.bias \[8\]/],
    [
      "an array too many",
      changed((model) => model.set("features.extra", { shape, data })),
      /holds features\.extra \[1\], which densenet-mini has no place/,
    ],
    [
      "another shape",
      changed((model) => model.set("features.norm0.bias", { shape, data })),
      /features\.norm0\.bias with shape \[1\], but \[8\] is needed/,
    ],
    ["no network at all", changed((model) => model.delete("classifier.weight")), /no classifier\.weight/],
  ])("%s, and says which", (_, file, reason) => {
    expect(() => read(file)).toThrow(reason);
    expect(() => read(file)).toThrow(expect.objectContaining({ code: "weightsMismatch" }));
  });

  it("values that are no numbers, which every film would meet", () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const model = makeModel();
      model.get("features.norm5.bias")!.data[1] = value;
      expect(() => read(write(model))).toThrow(expect.objectContaining({ code: "weightsUnreadable", at: "features.norm5.bias" }));
    }
  });

  it("many arrays by the first of each kind, and counts the others", () => {
    const file = changed((model) => {
      for (const name of ["weight", "bias"]) model.delete(`features.norm0.${name}`);
      model.set("features.norm5.bias", { shape, data });
      for (const name of ["a", "b", "c"]) model.set(name, { shape, data });
    });
    expect(() => read(file)).toThrow(
      /lacks features\.norm0\.weight \[8\], and 1 more of the kind; it holds features\.norm5\.bias with shape \[1\], but \[\d+\] is needed; it holds a \[1\], which densenet-mini has no place for, and 2 more of the kind\./,
    );
  });
});
