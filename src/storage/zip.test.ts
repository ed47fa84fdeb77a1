import { expect, it } from "vitest";
import { listZip } from "../nn/torchFiles/zip";
import { Crc32 } from "./crc32";
import { readZip, writeZip } from "./zip";

const encode = (text: string) => new TextEncoder().encode(text);
const TEXTS = { "a/empty.txt": "", "a/one.txt": "one", "a/two.txt": "two pieces" };

const write = () =>
  writeZip(
    Object.entries(TEXTS)
      .map(([name, text]) => ({
        name,
        async *content() {
          yield encode(text.slice(0, 4));
          yield encode(text.slice(4));
        },
      }))
      .map(({ name, content }) => ({ name, content: content() })),
  );

it("sums as ISO 3309 does, piece by piece", () => {
  const crc32 = new Crc32();
  crc32.add(encode("1234"));
  crc32.add(encode("56789"));
  expect(crc32.value).toBe(0xcbf43926);
});

it("writes what another reader finds, the same bytes each time", async () => {
  const buffer = await (await write()).arrayBuffer();
  expect(await (await write()).arrayBuffer()).toEqual(buffer);
  const refuse = (why: string) => {
    throw new Error(why);
  };
  const found = listZip(buffer, refuse);
  const texts = Array.from(found, ([name, { offset, bytes }]) => [
    name,
    new TextDecoder().decode(new Uint8Array(buffer, offset, bytes)),
  ]);
  expect(Object.fromEntries(texts)).toEqual(TEXTS);
});

it("reads back what it wrote, and finds a byte that is another, a place that is another, and an end that is missing", async () => {
  const file = await write();
  const read = await readZip(file);
  expect(await Promise.all(read.map(async ({ name, content }) => [name, await content.text()]))).toEqual(Object.entries(TEXTS));

  const bytes = new Uint8Array(await file.arrayBuffer());
  const change = (text: string, by: number) => {
    const changed = bytes.slice();
    const at = new TextDecoder("latin1").decode(bytes).indexOf(text);
    changed[at + by]! ^= 1;
    return readZip(new Blob([changed]));
  };
  await expect(change("two pieces", 0)).rejects.toThrow("a/two.txt in the ZIP file is damaged");
  await expect(change("PK\x03\x04", 0)).rejects.toThrow("a/empty.txt is not where the list of the ZIP file says");
  await expect(readZip(file.slice(0, file.size - 1))).rejects.toThrow("no end");
  await expect(readZip(new Blob(["short"]))).rejects.toThrow("no end");
});
