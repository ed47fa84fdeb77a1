import { expect, test } from "vitest";
import { sha256 } from "../storage/sha256";
import { tryExport } from "./exportModel";
import { createTestLab } from "./testLab";
import { train } from "./testRuns";

const engine = { predict: async () => Float32Array.of(0.5, -20) };
const giving = (...logits: number[]) => ({ run: async () => Float32Array.from(logits) });

test("a file that gives the engine's logits within the tolerance is tried and found good", async () => {
  expect(await tryExport(giving(0.50005, -20.001), engine, "imagenet", "ONNX of trial 3")).toBeCloseTo(5e-5, 6);
});

test.each([
  ["another logit", [0.502, -20]],
  ["no number", [Number.NaN, -20]],
  ["too few", [0.5]],
])("a file that gives %s is not handed over", async (_, logits) => {
  await expect(tryExport(giving(...logits), engine, "imagenet", "ONNX of trial 3")).rejects.toMatchObject({
    code: "exportDiffers",
    message: expect.stringContaining("ONNX of trial 3 was not handed over"),
  });
});

test("weights that do not read back to the same bits are not handed over", async () => {
  const lab = createTestLab();
  const { id } = await lab.createTrial();
  await train(lab, id);
  const { bytes } = await lab.session.exportWeights(id, "last");
  expect(bytes.byteLength).toBeGreaterThan(0);
  expect(await lab.session.hashWeights(id, "last")).toEqual({ sha256: await sha256(bytes), notices: [] });
  lab.beforeWrite = (floats) => {
    floats[3]! += 1;
  };
  await expect(lab.session.exportWeights(id, "last")).rejects.toMatchObject({ code: "exportDiffers", at: "classifier.weight" });
});

test("films are normalised as the network had them, each channel by itself", async () => {
  const seen: Float32Array[] = [];
  const run = async ({ data }: { data: Float32Array }) => {
    seen.push(data);
    return Float32Array.of(0.5, -20);
  };
  await tryExport({ run }, engine, "imagenet", "");
  await tryExport({ run }, engine, "xrv", "");
  const [imagenet, xrv] = seen;
  const grey = xrv![7]! / 2048 + 0.5;
  expect(grey).toBeGreaterThanOrEqual(0);
  const pixels = xrv!.length / 6;
  [0.485, 0.456, 0.406].forEach((mean, channel) => {
    const std = [0.229, 0.224, 0.225][channel]!;
    expect(imagenet![channel * pixels + 7]).toBeCloseTo((grey - mean) / std, 4);
    expect(xrv![channel * pixels + 7]).toBe(xrv![7]);
  });
});

test("a trial's network is tried with its own weights, without its films, and in floats whatever it was trained in", async () => {
  const lab = createTestLab();
  const { id } = await lab.createTrial({ activations: "f16", arithmetic: "f16", subgroups: true });
  await train(lab, id);
  const { session, engines } = lab;
  const before = engines.length;
  await expect(session.exportModel(id, "last", "onnx", {})).rejects.toMatchObject({ code: "exportDiffers" });
  expect(engines.length).toBe(before + 1);
  expect(engines.at(-1)?.disposed).toBe(true);
  expect(engines.map(({ options: { activations, arithmetic, subgroups } }) => [activations, arithmetic, subgroups])).toEqual([
    ["f16", "f16", true],
    ["f32", "f32", false],
  ]);
  await expect(session.exportModel(99, "last", "onnx", {})).rejects.toThrow();
});
