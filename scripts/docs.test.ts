// What the documents point to is there: pictures, files and headings, and what they call by its name in the page.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { DOCS_PICTURES, SCHEMES } from "./docsPictures";

const DOCUMENTS = ["README.md", "ARCHITECTURE.md", "docs/guide.md"];

/** As Markdown viewers make it of a heading. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} -]/gu, "")
    .replaceAll(" ", "-");

const anchorsOf = (path: string) =>
  [...readFileSync(path, "utf8").matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => anchorOf(heading));

test.each(DOCUMENTS)("%s names only what is there", (document) => {
  const targets = [...readFileSync(document, "utf8").matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
  const broken = targets
    .filter((target) => !/^[a-z]+:/.test(target))
    .filter((target) => {
      const [file = "", anchor] = target.split("#");
      const path = file ? join(dirname(document), file) : document;
      return !existsSync(path) || (anchor !== undefined && !anchorsOf(path).includes(anchor));
    });
  expect(broken).toEqual([]);
});

test("every picture in docs/ is one that the script takes, and none is missing", () => {
  const pictures = readdirSync("docs").filter((file) => file.endsWith(".png"));
  const taken = DOCS_PICTURES.flatMap((name) => SCHEMES.map((scheme) => `${name}-${scheme}.png`));
  expect(pictures.toSorted()).toEqual(taken.toSorted());
});

/** A text of the page's sources that is this and nothing else: a label, an option, a button. */
const isInPage = (name: string) => new RegExp(`["'\`>]\\s*${name}\\s*["'\`<]`).test(pageSources);

const pageSources = ["src/ui", "src/app", "src/protocol"]
  .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: "utf8" }).map((path) => join(folder, path)))
  .filter((path) => /\.tsx?$/.test(path) && !path.includes(".test."))
  .map((path) => readFileSync(path, "utf8"))
  .join("\n");

test("what the guide calls by its name is so called in the page", () => {
  const names = [...readFileSync("docs/guide.md", "utf8").matchAll(/`([a-z][a-z: ]+)`/gi)].map(([, name = ""]) => name);
  expect(names).toContain("Prepare films");
  expect(names.filter((name) => !isInPage(name))).toEqual([]);
});
