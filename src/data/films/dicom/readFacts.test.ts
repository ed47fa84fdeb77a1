import type { DataSet } from "dicom-parser";
import { expect, test } from "vitest";
import { readFacts } from "./readFacts";
import { TAGS } from "./tags";

const factsOf = (values: Partial<Record<keyof typeof TAGS, string>>) => {
  const byTag = new Map(Object.entries(values).map(([name, value]) => [TAGS[name as keyof typeof TAGS] as string, value]));
  return readFacts({ string: (tag: string) => byTag.get(tag) } as DataSet);
};

test("study, patient, view and sex in the words of label CSVs", () => {
  expect(factsOf({ studyUid: "1.2", studyId: "7", patientId: " p1 ", viewPosition: "pa", sex: "F" })).toEqual({
    study: "1.2",
    patient: "p1",
    view: "PA",
    sex: "Female",
    age: null,
  });
});

test("a study goes by its accession number, then its ID, where it has no UID", () => {
  expect(factsOf({ accessionNumber: "A1", studyId: "7" }).study).toBe("A1");
  expect(factsOf({ studyId: "7" }).study).toBe("7");
});

test.each([
  ["060Y", 60],
  ["018M", 1],
  ["006W", 0],
  ["81", 81],
  ["O", null],
])("age %s is %s years", (age, years) => expect(factsOf({ age }).age).toBe(years));

test.each([
  ["19400305", "20040304", 63],
  ["19400305", "20040305", 64],
  ["1940", "20040305", null],
  ["20050101", "20040305", null],
])("born %s, studied %s: %s years", (birthDate, studyDate, years) => expect(factsOf({ birthDate, studyDate }).age).toBe(years));

test("what is silent or odd is null", () => {
  expect(factsOf({ sex: "O", patientId: "" })).toEqual({ study: null, patient: null, view: null, sex: null, age: null });
});
