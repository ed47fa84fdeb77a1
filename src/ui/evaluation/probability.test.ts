import { expect, it } from "vitest";
import { formatProbability } from "./OperatingPanel";

it("writes a probability apart from 0 and 1 where it is not they", () => {
  const written = [0, 2.3e-4, 0.3921, 0.9991, 0.99973, 1 - 2e-9, 1].map(formatProbability);
  expect(written).toEqual(["0.000", "2.3e-4", "0.392", "0.999", "0.9997", "0.999999998", "1.000"]);
});
