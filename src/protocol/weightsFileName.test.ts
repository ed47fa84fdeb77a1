import { expect, it } from "vitest";
import { isWeightsFileName, withoutExtension } from "./weightsFileName";

it.each([
  ["trial-3.safetensors", "trial-3"],
  ["densenet121-a639ec97.PTH", "densenet121-a639ec97"],
  ["export.pt", "export"],
  ["m-25012018.pth.tar", "m-25012018"],
])("%s is a weights file, called %s", (name, bare) => {
  expect(isWeightsFileName(name)).toBe(true);
  expect(withoutExtension(name)).toBe(bare);
});

it("leaves other names whole", () => {
  expect(isWeightsFileName("films.tar")).toBe(false);
  expect(withoutExtension("trial-3")).toBe("trial-3");
});
