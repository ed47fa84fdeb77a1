import { expect, it } from "vitest";
import { sizeKept } from "./keptSizes";

it("counts torchvision's DenseNet121: 7,978,856 parameters and 83,648 statistics with its 1,000 classes", () => {
  const [parameters, statistics, batches] = [7_978_856, 2 * 41_824, 121];
  const weights = 4 * (parameters + statistics + batches);
  const options = { arch: "densenet121", classes: 1000 } as const;
  expect(sizeKept(options)).toEqual({ weights, checkpoint: weights + 8 * parameters });
  expect(sizeKept({ ...options, averages: true }).checkpoint).toBe(2 * weights + 8 * parameters);
});
