// State dicts of torchxrayvision and timm, from bytes to logits, against both packages' networks restated in torch (golden/foreign.py).
import { describe, expect, it } from "vitest";
import { openTestGpu } from "../../scripts/testGpu";
import { ENGINES } from "../protocol/settings";
import { createEngine } from "./createEngine";
import { beforeTraining, type NamedArrays } from "./engine";
import { relative } from "./golden/compare";
import golden from "./golden/foreign.json";
import { arrayByFormula, hashAt, hashName } from "./golden/formula";
import { makeStateDictFile } from "./torchFiles/testSupport";
import { readWeights } from "./weights";

openTestGpu();

const { count, size } = golden;

function makeState({ shapes, stemScale }: { shapes: Record<string, number[]>; stemScale: number }): NamedArrays {
  return new Map(
    Object.entries(shapes).map(([name, shape]) => {
      const data = arrayByFormula(name, shape);
      return [name, { shape, data: name === "features.conv0.weight" ? data.map((value) => value * stemScale) : data }];
    }),
  );
}

function makeFilms(name: string): Uint8Array {
  const hash = hashName(`films ${name}`);
  return Uint8Array.from({ length: count * size * size }, (_, index) => hashAt(hash, index) >>> 24);
}

describe.each(ENGINES)("the %s engine", (engineName) => {
  it.each([
    ["xrv", "xrv", 18],
    ["timm", "imagenet", 2],
  ] as const)("gives the logits of a state dict of %s, from films scaled as there", async (name, normalisation, classes) => {
    const { model, info } = readWeights(makeStateDictFile(makeState(golden[name])), "model.pt", "densenet121");
    expect(info).toMatchObject({ arch: "densenet-mini", head: "linear", normalisation, classes: { length: classes } });
    const engine = createEngine(engineName, { arch: info.arch, classes, normalisation: info.normalisation }, 0);
    engine.restore(beforeTraining(model));
    const images = { kind: "films", data: makeFilms(name), size } as const;
    const logits = await engine.predict({ count, images, targets: new Float32Array() });
    engine.dispose();
    expect(relative(logits, golden[name].logits)).toBeLessThan(1e-4);
  });
});
