import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { lastTrialIn } from "./trialNumbers";

it("counts on from the highest number of a folder's files, whichever of a trial's they are", () => {
  const folder = mkdtempSync(join(tmpdir(), "trials-"));
  try {
    expect(lastTrialIn(folder)).toBe(0);
    for (const name of ["trial-2.safetensors", "trial-10-predictions.csv", "trial-9.json", "notes-40.txt", "trial-x.json"])
      writeFileSync(join(folder, name), "");
    expect(lastTrialIn(folder)).toBe(10);
  } finally {
    rmSync(folder, { recursive: true });
  }
  expect(lastTrialIn(folder)).toBe(0);
});
