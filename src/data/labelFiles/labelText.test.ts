import { afterEach, describe, expect, test, vi } from "vitest";
import { openText } from "./labelText";
import { encodeLatin1, encodeUtf16, gzip } from "./testSupport";

async function read(content: Uint8Array<ArrayBuffer> | string, path = "labels.csv", extent: "whole" | "head" = "whole") {
  const { pieces, encoding, complete } = await openText(new Blob([content]), path, extent);
  let text = "";
  for await (const piece of pieces) text += piece;
  return { text, encoding, complete };
}

const TEXT = "Pfad,Größe\nä.jpg,1\n";

test.each([
  ["UTF-8", new TextEncoder().encode(TEXT), "utf-8"],
  ["UTF-8 with a byte order mark", new TextEncoder().encode(`\uFEFF${TEXT}`), "utf-8"],
  ["UTF-16 LE with a byte order mark", encodeUtf16(`\uFEFF${TEXT}`, "le"), "utf-16le"],
  ["UTF-16 BE with a byte order mark", encodeUtf16(`\uFEFF${TEXT}`, "be"), "utf-16be"],
  ["UTF-16 LE without", encodeUtf16(TEXT, "le"), "utf-16le"],
  ["UTF-16 BE without", encodeUtf16(TEXT, "be"), "utf-16be"],
  ["Latin-1", encodeLatin1(TEXT), "windows-1252"],
])("%s", async (_, bytes, encoding) => {
  expect(await read(bytes)).toEqual({ text: TEXT, encoding, complete: true });
});

test("Latin-1 that shows only late in the file", async () => {
  const late = `Path,A\n${"a.jpg,1\n".repeat(50_000)}ü.jpg,1\n`;
  expect(await read(encodeLatin1(late))).toMatchObject({ text: late, encoding: "windows-1252" });
});

test("a letter of several bytes on the seam of two pieces, and on the end of the head", async () => {
  const text = `a${"ä".repeat(2 ** 17)}`;
  expect((await read(text)).text).toBe(text);
  const { text: head, encoding, complete } = await read(text, "labels.csv", "head");
  expect({ encoding, complete }).toEqual({ encoding: "utf-8", complete: false });
  expect(text.startsWith(head)).toBe(true);
});

test("a CRLF on the seam is one line end", async () => {
  const text = `${"x".repeat(2 ** 17 - 1)}\r\ny\r`;
  expect((await read(text)).text).toBe(`${"x".repeat(2 ** 17 - 1)}\ny\n`);
});

test("gzip is told by its bytes, whole or by its head", async () => {
  const rows = Array.from({ length: 60_000 }, (_, i) => `film${(i * 7919) % 60_000}.jpg,${i}\n`).join("");
  const packed = await gzip(rows);
  expect(await read(packed)).toEqual({ text: rows, encoding: "utf-8", complete: true });
  const head = await read(packed, "labels.csv.gz", "head");
  expect(head.complete).toBe(false);
  expect(rows.startsWith(head.text)).toBe(true);
  expect(head.text.length).toBe(2 ** 18);
});

describe("gzip of several members, as bgzip writes", async () => {
  const members = [await gzip(TEXT), await gzip("b.jpg,0\n"), await gzip("")];
  const packed = new Uint8Array(await new Blob(members).arrayBuffer());
  const extents = ["whole", "head"] as const;
  afterEach(() => vi.unstubAllGlobals());

  test.each(extents)("is read to its end where the runtime does so: %s", async (extent) => {
    const text = `${TEXT}b.jpg,0\n`;
    expect(await read(packed, "labels.csv.gz", extent)).toEqual({ text, encoding: "utf-8", complete: true });
  });

  test.each(extents)("is refused, not cut, where it fails after the first member as Chromium does: %s", async (extent) => {
    class FirstMemberOnly extends TransformStream<Uint8Array, Uint8Array> {
      constructor() {
        super({
          transform: () => {},
          flush(controller) {
            controller.enqueue(new TextEncoder().encode(TEXT));
            throw new TypeError("Junk found after end of compressed data.");
          },
        });
      }
    }
    vi.stubGlobal("DecompressionStream", FirstMemberOnly);
    await expect(read(packed, "labels.csv.gz", extent)).rejects.toMatchObject({
      code: "badCsv",
      message: expect.stringMatching(/^labels\.csv\.gz cannot be read: .* several gzip files in one\. Save it as CSV/),
    });
  });
});

test.each([
  [
    "gzip cut off",
    async () => (await gzip("Path,A\na.jpg,1\n".repeat(9_999))).slice(0, 100),
    "labels.csv.gz",
    "badCsv",
    /gzip data is damaged/,
  ],
  ["an Excel file", async () => encodeLatin1("PK\u0003\u0004\0\0"), "labels.xlsx", "noCsv", /is a spreadsheet\. Save it as CSV/],
  [
    "an old Excel file",
    async () => encodeLatin1("\u00d0\u00cf\u0011\u00e0"),
    "labels.xls",
    "noCsv",
    /is a spreadsheet\. Save it as CSV/,
  ],
  [
    "a spreadsheet called CSV",
    async () => encodeLatin1("PK\u0003\u0004\0\0"),
    "labels.csv",
    "badCsv",
    /ZIP archive or a spreadsheet/,
  ],
  ["a film called CSV", async () => encodeLatin1("\u0089PNG\r\n\u001a\n\0\0\0\rIHDR"), "labels.csv", "badCsv", /not a text file/],
])("%s is a sentence that names the file", async (_, make, path, code, message) => {
  const bytes = await make();
  for (const extent of ["whole", "head"] as const) {
    await expect(read(bytes, path, extent)).rejects.toMatchObject({
      code,
      at: path,
      message: expect.stringMatching(message),
    });
  }
});

test("a file that has gone since it was listed is a sentence", async () => {
  const gone = { size: 10, arrayBuffer: () => Promise.reject(new Error("The file was moved.")) } as unknown as Blob;
  await expect(openText(gone, "labels.csv", "whole")).rejects.toMatchObject({
    code: "badCsv",
    message: expect.stringContaining("The file was moved."),
  });
});
