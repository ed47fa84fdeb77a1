// What stands in a review for names of files: a film's path may hold a patient's name or number. Pure; it knows no trial.
import type { Failure } from "../../protocol/labError";

export interface Mask {
  isOn: boolean;
  film(path: string): string;
  /** A sentence or cell in which the names that are known may stand. */
  text(sentence: string): string;
  /** What the lab said went wrong, in a sentence that may name any file, under any path. */
  failure(failure: Failure): string;
  /** Of the folder that films of one place share. */
  source(place: number, name: string): string;
}

/** What may be named. */
export interface Names {
  /** Paths, in the order in which they are numbered. */
  films: readonly string[];
  /** Paths or names of other files. */
  labelFiles: readonly string[];
  otherFiles: readonly string[];
}

export const NAMED: Mask = {
  isOn: false,
  film: (path) => path,
  text: (sentence) => sentence,
  failure: ({ message }) => message,
  source: (_, name) => name,
};

/** Films are called film 1, film 2 and so on; the same path has the same number everywhere. */
export function maskNames({ films, labelFiles, otherFiles }: Names): Mask {
  const filmNames = number("film", films);
  const whole = new Map([...number("file", otherFiles), ...number("label file", labelFiles), ...filmNames]);
  // A path's last part may be that of many.
  const parts = [...whole.keys()]
    .map((path) => path.slice(path.lastIndexOf("/") + 1))
    .filter((part) => part !== "" && !whole.has(part));
  const names = [...whole.keys(), ...new Set(parts)].sort((a, b) => b.length - a.length);
  const pattern = names.length > 0 ? new RegExp(names.map(literally).join("|"), "g") : null;
  return {
    isOn: true,
    film: (path) => filmNames.get(path) ?? "a film",
    text: (sentence) => (pattern ? sentence.replace(pattern, (name) => whole.get(name) ?? "a file") : sentence),
    failure: ({ code }) => `It could not be read (${code}); the sentence that says why may name a file, and stays in the lab.`,
    source: (place) => `source ${place + 1}`,
  };
}

function number(what: string, names: readonly string[]): Map<string, string> {
  return new Map([...new Set(names.filter(Boolean))].map((name, at) => [name, `${what} ${at + 1}`]));
}

const literally = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
