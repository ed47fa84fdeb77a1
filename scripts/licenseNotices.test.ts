import { resolve } from "node:path";
import { expect, it, vi } from "vitest";
import { licenseNotices } from "./licenseNotices";

const module = (path: string) => resolve("node_modules", path).replaceAll("\\", "/");

/** What the build's file says where these modules are bundled. */
function noticesOf({ page, worker }: { page: string[]; worker: string[] }): string {
  const notices = licenseNotices("notices.txt");
  const emitFile = vi.fn();
  const generate = ({ generateBundle }: typeof notices.page, moduleIds: string[]) =>
    (generateBundle as (this: unknown, options: unknown, bundle: unknown) => void).call(
      { emitFile },
      {},
      {
        "chunk.js": { type: "chunk", moduleIds },
        "style.css": { type: "asset" },
      },
    );
  generate(notices.worker, worker);
  generate(notices.page, page);
  expect(emitFile.mock.calls).toMatchObject([[{ type: "asset", fileName: "notices.txt" }]]);
  return emitFile.mock.calls[0]?.[0].source;
}

it("names each library of the page and of its workers once, with the text that it brings, and nothing of the lab's own", () => {
  const text = noticesOf({
    page: [module("zustand/esm/vanilla.mjs"), resolve("src/main.tsx"), "\0vite/preload-helper.js"],
    worker: [module("comlink/dist/esm/comlink.mjs"), module("zustand/esm/vanilla.mjs"), module("zustand/esm/react.mjs")],
  });
  expect(text.match(/^\S+ \d+\.\d+\.\d+ \(.*\)$/gm)).toEqual([
    expect.stringMatching(/^comlink .* \(Apache-2\.0\)$/),
    expect.stringMatching(/^zustand .* \(MIT\)$/),
  ]);
  expect(text).toContain("Copyright (c) 2019 Paul Henschel");
});

it("gives the text that a library under the lab's own licence does not bring", () => {
  const text = noticesOf({ page: [], worker: [module("@tensorflow/tfjs-core/dist/index.js"), module("lerc/LercDecode.es.js")] });
  expect(text).toMatch(/^@tensorflow\/tfjs-core 4\.22\.0 \(Apache-2\.0\)\n\nhttps:\/\/.*\n\n.* at the end of this file\.$/m);
  expect(text.match(/TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION/g)).toHaveLength(1);
});
