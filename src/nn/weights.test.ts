import { describe, expect, it } from "vitest";
import { DENSENETS, listArrays } from "./densenet";
import { initialise } from "./initialise";
import { readSafetensors, writeSafetensors } from "./safetensors";
import { readArchitecture, readWeights, type WeightsInfo, writeWeights } from "./weights";

const arch = "densenet-mini";
const makeModel = (classes = 1) => initialise(listArrays(DENSENETS[arch], classes), 3);
const info = { arch, head: "linear", classes: ["Cardiomegaly"], imageSize: 64 } as const;
const write = (model = makeModel()) => writeWeights(model, { ...info, classes: [...info.classes] });
const read = (file: ArrayBuffer, as: Parameters<typeof readWeights>[1] = arch) => readWeights(file, as, "trial.safetensors");

it("gives back model and description", () => {
  const model = makeModel();
  expect(read(write(model))).toEqual({ model, info });
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

it("takes a file without metadata and without num_batches_tracked", () => {
  const arrays = new Map([...makeModel(2)].filter(([name]) => !name.endsWith("num_batches_tracked")));
  const { model, info } = read(writeSafetensors({ arrays, metadata: {} }));
  expect([...model.keys()]).toEqual([...makeModel(2).keys()]);
  expect(info).toEqual({ arch, head: "linear", classes: ["class 1", "class 2"], imageSize: null });
});

it("knows fastai's head by its names, with its classes", () => {
  const model = initialise(listArrays(DENSENETS[arch], 2, "fastai"), 3);
  const info: WeightsInfo = { arch, head: "fastai", classes: ["Cardiomegaly", "Edema"], imageSize: 64 };
  expect(read(writeWeights(model, info))).toEqual({ model, info });
  expect(readSafetensors(writeWeights(model, info), "file").metadata.head).toBe("fastai");
  expect(read(writeSafetensors({ arrays: model, metadata: {} })).info).toMatchObject({ head: "fastai", classes: { length: 2 } });
  const both = new Map([...model, ...makeModel()]);
  expect(() => read(writeSafetensors({ arrays: both, metadata: {} }))).toThrow(/holds head\.2\.weight .* no place/);
});

it("tells the architecture before anything is read for it", () => {
  expect(readArchitecture(write(), "file")).toBe(arch);
  expect(readArchitecture(writeSafetensors({ arrays: makeModel(), metadata: {} }), "file")).toBeNull();
  expect(readArchitecture(writeSafetensors({ arrays: makeModel(), metadata: { architecture: "vgg" } }), "file")).toBeNull();
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

  it("another architecture, and names both", () => {
    expect(() => read(write(), "densenet121")).toThrow(/holds a densenet-mini, but densenet121 is chosen. Choose densenet-mini/);
  });
});
