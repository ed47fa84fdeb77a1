// Does a small net learn the drawn films? `npm run -s bench -- drawn --size 32 --epochs 6`: the lab with no hands, in real Chromium.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { driveLab } from "../scripts/driveLab";
import { openLab } from "../scripts/openLab";

/** Prints {arch, size, batch, epochs, maxLr, seed, auroc, accuracy, validLoss, validFilms, seconds}. */
export async function benchDrawn(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      arch: { type: "string", default: "densenet-mini" },
      size: { type: "string", default: "32" },
      batch: { type: "string", default: "16" },
      epochs: { type: "string", default: "6" },
      "max-lr": { type: "string", default: "1e-2" },
      seed: { type: "string", default: "0" },
    },
  });
  const settings = {
    arch: values.arch,
    size: Number(values.size),
    batch: Number(values.batch),
    epochs: Number(values.epochs),
    maxLr: values["max-lr"] === "auto" ? ("auto" as const) : Number(values["max-lr"]),
    seed: Number(values.seed),
  };
  const out = mkdtempSync(join(tmpdir(), "roentgen-bench-"));
  let validFilms = 0;
  const lab = await openLab((event) => {
    if (event.type === "evaluated") validFilms = Number(event.films);
  });
  try {
    const driven = await driveLab(lab, {
      ...settings,
      target: "Cardiomegaly",
      positive: ["1"],
      balance: "undersample",
      validation: "20",
      out,
    });
    const { auroc, accuracy, validLoss, seconds } = driven;
    console.log(JSON.stringify({ ...settings, auroc, accuracy, validLoss, validFilms, seconds }));
  } finally {
    await lab.close();
    rmSync(out, { recursive: true, force: true });
  }
}
