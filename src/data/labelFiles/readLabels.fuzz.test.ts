import { gunzipSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { LabError } from "../../protocol/labError";
import type { FileReport, LabelFile } from "./csvTable";
import { type LabelledTable, readLabels } from "./readLabels";
import { encodeUtf16 } from "./testSupport";

const RUNS = Number(process.env.FUZZ_RUNS ?? 1000);

const films = <T>(make: (i: number) => T) => Array.from({ length: 12 }, (_, i) => make(i));
const FINDINGS = "No Finding,Cardiomegaly,Edema,Fracture";

/** A valid set of files of each format. */
const VALID: Record<string, Record<string, string[]>> = {
  chexpert: {
    "train.csv": [
      `Path,Sex,Age,Frontal/Lateral,AP/PA,${FINDINGS}`,
      ...films((i) => `C/train/patient0000${i}/study1/view1_frontal.jpg,Male,${i},Frontal,AP,,1.0,-1.0,${i % 2}.0`),
    ],
    "valid.csv": [`Path,${FINDINGS}`, ...films((i) => `C/valid/patient1000${i}/study1/view1_frontal.jpg,1,0,0,1`)],
  },
  nih: {
    "Data_Entry_2017_v2020.csv": [
      "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,View Position,OriginalImage[Width,Height]",
      ...films((i) => `0000000${i}_000.png,${i % 2 ? "Cardiomegaly|Mass" : "No Finding"},0,${i},058Y,M,PA,2682,2749`),
    ],
    "train_val_list.txt": films((i) => `0000000${i}_000.png`),
    "test_list.txt": ["00000003_000.png"],
  },
  mimic: {
    "mimic-cxr-2.0.0-chexpert.csv": [
      `subject_id,study_id,${FINDINGS}`,
      ...films((i) => `1000000${i},5000000${i},1.0,${i % 2}.0,,-1.0`),
    ],
    "mimic-cxr-2.0.0-metadata.csv": [
      "dicom_id,subject_id,study_id,ViewPosition",
      ...films((i) => `aaaa-${i},1000000${i},5000000${i},${i % 2 ? "PA" : "LATERAL"}`),
    ],
    "mimic-cxr-2.0.0-split.csv": [
      "dicom_id,study_id,subject_id,split",
      ...films((i) => `aaaa-${i},5000000${i},1000000${i},train`),
    ],
  },
  padchest: {
    "PADCHEST.csv": [
      ",ImageID,StudyDate_DICOM,PatientID,PatientBirth,PatientSex_DICOM,Projection,Report,Labels",
      ...films(
        (i) =>
          `${i},${i}.png,20140915,${i},1930.0,F,PA,"torax, normal\nsegunda ${i}","['normal', 'costophrenic angle blunting']"`,
      ),
    ],
  },
  vindr: {
    "train.csv": [
      "image_id,class_name,class_id,rad_id,x_min,y_min,x_max,y_max",
      ...films((i) => `a${i >> 1},${i % 3 ? "Cardiomegaly" : "No finding"},3,R${i % 3},1,2,3,4`),
    ],
  },
  readings: {
    "image_labels_train.csv": ["image_id,rad_id,Edema,Mass,Other", ...films((i) => `a${i >> 1},R${i % 2},${i % 2},1,0`)],
    "image_labels_test.csv": ["image_id,Edema,Mass,Other", ...films((i) => `t${i},${i % 2},1,0`)],
  },
  rsna: {
    "stage_2_train_labels.csv": ["patientId,x,y,width,height,Target", ...films((i) => `p${i >> 1},1.0,2.0,3.0,4.0,${i % 2}`)],
    "stage_2_detailed_class_info.csv": ["patientId,class", ...films((i) => `p${i >> 1},${i % 2 ? "Normal" : "Lung Opacity"}`)],
  },
  anyCsv: {
    "labels.csv": ["file;patient;sex;split;mass", ...films((i) => `film ${i}.png;${i >> 1};m;train;${i % 2 ? "yes" : "no"}`)],
  },
};

const position = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
const token = fc.constantFrom(
  '"',
  '""',
  "\0",
  "\n",
  "\r",
  "\r\n",
  ",",
  ";",
  "\t",
  "|",
  " ",
  "\uFEFF",
  "ß",
  "__proto__",
  "nan",
  ',"',
  '",',
);
const mutation = fc.oneof(
  fc.record({ kind: fc.constant("cut" as const), at: position, length: fc.integer({ min: 1, max: 200 }) }),
  fc.record({ kind: fc.constant("repeat" as const), at: position, length: fc.integer({ min: 1, max: 200 }) }),
  fc.record({ kind: fc.constant("flip" as const), at: position, bits: fc.integer({ min: 1, max: 255 }) }),
  fc.record({ kind: fc.constant("insert" as const), at: position, token }),
);
type Mutation = typeof mutation extends fc.Arbitrary<infer T> ? T : never;

function mutate(bytes: Buffer, change: Mutation): Buffer {
  const at = Math.floor(change.at * bytes.length);
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  if (change.kind === "cut") return Buffer.concat([before, after.subarray(change.length)]);
  if (change.kind === "repeat") return Buffer.concat([before, after.subarray(0, change.length), after]);
  if (change.kind === "insert") return Buffer.concat([before, Buffer.from(change.token), after]);
  return Buffer.from(bytes.map((byte, i) => (i === at ? byte ^ change.bits : byte)));
}

const ENCODINGS = {
  asIs: (bytes: Buffer) => bytes,
  crlf: (bytes: Buffer) => Buffer.from(bytes.toString("latin1").replaceAll("\n", "\r\n"), "latin1"),
  utf16: (bytes: Buffer) => Buffer.from(encodeUtf16(`\uFEFF${bytes.toString("utf8")}`, "be")),
  gzip: (bytes: Buffer) => gzipSync(bytes),
};

const broken = fc
  .constantFrom(...Object.values(VALID))
  .chain((files) =>
    fc.record({
      files: fc.constant(files),
      which: fc.constantFrom(...Object.keys(files)),
      before: fc.array(mutation, { maxLength: 4 }),
      encoding: fc.constantFrom<keyof typeof ENCODINGS>("asIs", "asIs", "crlf", "utf16", "gzip"),
      after: fc.array(mutation, { maxLength: 1 }),
    }),
  )
  .map(({ files, which, before, encoding, after }) =>
    Object.entries(files).map(([path, lines]): [string, Buffer] => {
      const valid = Buffer.from(`${lines.join("\n")}\n`);
      return [path, path === which ? after.reduce(mutate, ENCODINGS[encoding](before.reduce(mutate, valid))) : valid];
    }),
  );

/** Lines of the file, counted without any regard to cells. */
function countLines(bytes: Buffer, { encoding }: FileReport): number {
  const unpacked = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
  const lines = new TextDecoder(encoding).decode(unpacked).split(/\r\n|\r|\n/);
  return lines.at(-1) === "" ? lines.length - 1 : lines.length;
}

/** Reports of the files whose rows are films: the others are joined to them. */
function filmReports({ format, files }: LabelledTable): FileReport[] {
  return ["nih", "mimic", "rsna"].includes(format) ? files.slice(0, 1) : files;
}

test(`${RUNS} mutated label files: a table that accounts for every line, or a sentence that names the file`, async () => {
  let tables = 0;
  await fc.assert(
    fc.asyncProperty(broken, async (contents) => {
      const files = contents.map(([path, bytes]): LabelFile => ({ path, file: new Blob([new Uint8Array(bytes)]) }));
      const table = await readLabels(files).catch((error: unknown) => error);
      if (table instanceof LabError) {
        expect(["noCsv", "badCsv", "noUsableColumn"]).toContain(table.code);
        expect(contents.some(([path]) => table.message.includes(path))).toBe(true);
        return;
      }
      if (table instanceof Error) throw table;
      tables++;
      const { rows, rowsRead, rowsMerged, rowsLeftOut, path, labels, part, files: reports } = table as LabelledTable;
      for (const report of reports) {
        const bytes = contents.find(([name]) => name === report.path)?.[1] ?? Buffer.alloc(0);
        const header = report.path.endsWith("_list.txt") ? 0 : 1;
        expect(header + report.rows + report.blankLines.length + report.quotedLineEnds).toBe(countLines(bytes, report));
      }
      expect(filmReports(table as LabelledTable).reduce((sum, report) => sum + report.rows, 0)).toBe(rowsRead);
      expect(rows + rowsMerged + rowsLeftOut).toBe(rowsRead);
      expect(path.codes.every((code) => code > 0 && code < path.values.length)).toBe(true);
      for (const { codes, values, counts } of labels) {
        expect(codes.length).toBe(rows);
        expect(codes.every((code) => code < values.length)).toBe(true);
        expect(counts.length).toBe(values.length);
      }
      expect(part?.length ?? rows).toBe(rows);
    }),
    { numRuns: RUNS },
  );
  // Mutations that nothing survived would test only the errors.
  expect(tables).toBeGreaterThan(RUNS / 10);
}, 600_000);
