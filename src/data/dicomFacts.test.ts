import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { DEFAULT_SETTINGS } from "../protocol/settings";
import { readList } from "./folder/folderList";
import { indexFolder } from "./openDataset";
import { planSample } from "./sample";

/** A DICOM file's head, explicit little endian: these elements and no pixels. */
function makeHead(elements: [group: number, element: number, vr: string, value: string][]): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [...new Uint8Array(128), ...Buffer.from("DICM")];
  const put = (group: number, element: number, vr: string, value: Uint8Array) => {
    const even = value.length % 2 === 0 ? [...value] : [...value, 0x20];
    bytes.push(
      group & 255,
      group >> 8,
      element & 255,
      element >> 8,
      ...Buffer.from(vr),
      even.length & 255,
      even.length >> 8,
      ...even,
    );
  };
  put(2, 0x10, "UI", Buffer.from("1.2.840.10008.1.2.1\0"));
  for (const [group, element, vr, value] of elements) put(group, element, vr, Buffer.from(value));
  return new Uint8Array(bytes);
}
const headOf = (patient: string, age: string) =>
  makeHead([
    [8, 0x60, "CS", "DX"],
    [0x10, 0x20, "LO", patient],
    [0x10, 0x40, "CS", "F"],
    [0x10, 0x1010, "AS", age],
    [0x18, 0x5101, "CS", "PA"],
  ]);

async function openDicoms(csv: string, heads: Record<string, Uint8Array<ArrayBuffer>>) {
  const files = new Map<string, Blob>([["labels.csv", new Blob([csv])]]);
  for (const [path, head] of Object.entries(heads)) files.set(path, new Blob([head]));
  const paths = [...files.keys()];
  const folder = readList("films", paths, async (place) => files.get(paths[place] ?? "") ?? new Blob());
  return indexFolder(folder, [], {}, () => {});
}

test("patient, view, sex and age come from the films where the labels have none", async () => {
  const csv = "file,Cardiomegaly\na.dcm,1\nb.dcm,0\nc.dcm,0\n";
  const index = await openDicoms(csv, {
    "a.dcm": headOf("7", "060Y"),
    "b.dcm": headOf("7", "061Y"),
    "c.dcm": headOf("8", "018M"),
  });
  expect(index.patients).toEqual(["7", "8"]);
  expect([...index.patientOfRow]).toEqual([0, 0, 1]);
  expect(index.summary.notes.join()).toContain("Patient ID, View Position, Patient Sex, Patient Age");
  const { grouped } = planSample(index, { ...DEFAULT_SETTINGS, validation: 0.5, balance: "none" }).summary;
  expect(grouped.map(({ by, groups }) => [by, groups.map(({ name }) => name)])).toEqual([
    ["view", ["PA"]],
    ["sex", ["Female"]],
    ["age", ["under 20", "60 to 79"]],
  ]);
});

test("what the labels say stands, and a header that cannot be read leaves its cells blank", async () => {
  const csv = "file,Patient ID,Cardiomegaly\na.dcm,one,1\nb.dcm,two,0\n";
  const index = await openDicoms(csv, { "a.dcm": headOf("7", "060Y"), "b.dcm": new Uint8Array([1, 2, 3]) });
  expect(index.patients).toEqual(["one", "two"]);
  expect(index.labels.age?.values).toEqual(["", "60"]);
  expect([...(index.labels.age?.codes ?? [])]).toEqual([1, 0]);
});

const REAL = resolve("../shared/data/formats");
test.skipIf(!existsSync(REAL))("a real film's header", async () => {
  const head = new Uint8Array(readFileSync(`${REAL}/udacity_test1.dcm`));
  const index = await openDicoms("file,Cardiomegaly\na.dcm,1\nb.dcm,0\n", { "a.dcm": head, "b.dcm": head });
  expect(index.patients).toEqual(["2"]);
  expect([index.labels.sex?.values, index.labels.age?.values]).toEqual([
    ["", "Male"],
    ["", "81"],
  ]);
});
