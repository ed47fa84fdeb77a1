// That mantine.css holds the styles of every Mantine component that the lab can come to draw, in Mantine's own order.
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";

const CORE = dirname(createRequire(import.meta.url).resolve("@mantine/core/styles.css"));
const read = (...path: string[]) => readFileSync(join(...path), "utf8");

const whole = read(CORE, "styles.css");
const sheets = Array.from(read("src/ui/mantine.css").matchAll(/"@mantine\/core\/(styles\/.*)"/g), ([, path]) =>
  read(CORE, path ?? "").trim(),
);

/** Names that the lab's sources take from Mantine as values. */
function listUsed(): string[] {
  const files = readdirSync("src/ui", { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".tsx"));
  const names = files.flatMap((file) =>
    Array.from(read("src/ui", file).matchAll(/import \{([^}]*)\} from "@mantine\/core"/g), ([, list = ""]) => list.split(",")),
  );
  return [...new Set(names.flat().map((name) => name.trim()))].filter((name) => name !== "" && !name.startsWith("type "));
}

/** The class names of all modules of styles that a module of Mantine's leads to. */
function classesFrom(file: string, seen = new Set<string>()): string[] {
  if (seen.has(file)) return [];
  seen.add(file);
  const text = read(file);
  if (file.endsWith(".module.mjs")) return text.match(/\bm_[0-9a-f]+\b/g) ?? [];
  return Array.from(text.matchAll(/from "(\.[^"]+)"/g)).flatMap(([, path = ""]) => classesFrom(join(dirname(file), path), seen));
}

const styles = (sheet: string, name: string) => new RegExp(`\\.${name}\\b`).test(sheet);

it.each(listUsed())("styles whatever %s is drawn with", (name) => {
  const [, path] = new RegExp(`import \\{[^}]*\\b${name}\\b[^}]*\\} from "(\\.[^"]+)"`).exec(read(CORE, "esm/index.mjs")) ?? [];
  expect(path, `${name} in Mantine's index`).toBeDefined();
  const needed = classesFrom(join(CORE, "esm", path ?? "")).filter((one) => styles(whole, one));
  expect(needed.filter((one) => !sheets.some((sheet) => styles(sheet, one)))).toEqual([]);
});

it("keeps the order of the whole sheet, by which the later rule wins", () => {
  const places = sheets.map((sheet) => whole.indexOf(sheet.slice(0, 200)));
  expect(places.every((place) => place >= 0)).toBe(true);
  expect(places).toEqual([...places].sort((a, b) => a - b));
});

it("styles more than nothing", () => {
  expect(classesFrom(join(CORE, "esm/components/Button/Button.mjs")).some((name) => styles(whole, name))).toBe(true);
});
