// What a DICOM file says of its patient and study, in the words of label CSVs. It judges nothing: see `refuseOthers.ts`.
import type { DataSet } from "dicom-parser";
import type { FilmFacts } from "../film";
import { TAGS } from "./tags";

export function readFacts(dataSet: DataSet): FilmFacts {
  const text = (tag: string) => dataSet.string(tag)?.trim() || null;
  return {
    study: text(TAGS.studyUid) ?? text(TAGS.accessionNumber) ?? text(TAGS.studyId),
    patient: text(TAGS.patientId),
    view: text(TAGS.viewPosition)?.toUpperCase() ?? null,
    sex: { M: "Male" as const, F: "Female" as const }[text(TAGS.sex)?.toUpperCase() ?? ""] ?? null,
    age: parseAge(text(TAGS.age)) ?? yearsBetween(text(TAGS.birthDate), text(TAGS.studyDate)),
  };
}

/** An age string (`060Y`, `018M`, `006W`, `003D`), or years alone, in whole years. */
function parseAge(age: string | null): number | null {
  const [, digits, unit = "Y"] = /^(\d{1,3})([DWMY]?)$/i.exec(age ?? "") ?? [];
  if (digits === undefined) return null;
  const perYear = { D: 365.25, W: 52.18, M: 12, Y: 1 }[(unit || "Y").toUpperCase()] ?? 1;
  return Math.floor(Number(digits) / perYear);
}

/** Of two dates `YYYYMMDD`. */
function yearsBetween(birth: string | null, study: string | null): number | null {
  const isDate = /^\d{8}$/;
  if (!birth || !study || !isDate.test(birth) || !isDate.test(study)) return null;
  // Ten thousand a year: a birthday that is still to come in the year of the study takes one off.
  const years = Math.floor((Number(study) - Number(birth)) / 10_000);
  return years >= 0 && years < 130 ? years : null;
}
