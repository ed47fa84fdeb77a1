// What the documents point to is there: pictures, files and headings.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

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
