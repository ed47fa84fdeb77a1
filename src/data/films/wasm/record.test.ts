import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const HERE = "src/data/films/wasm";
const sha256 = (file: string) =>
  createHash("sha256")
    .update(readFileSync(`${HERE}/${file}`))
    .digest("hex");

test("films.wasm is what build.sh made of the C beside it: run build.sh after every change", () => {
  const [, ...lines] = readFileSync(`${HERE}/films.wasm.record`, "utf8").trim().split("\n");
  const recorded = Object.fromEntries(lines.map((line) => line.split(/\s+/).reverse()));
  const sources = readdirSync(HERE).filter((file) => /\.[ch]$/.test(file));
  expect(recorded).toEqual(Object.fromEntries(["films.wasm", ...sources].map((file) => [file, sha256(file)])));
});
