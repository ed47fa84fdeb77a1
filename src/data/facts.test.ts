import { expect, it } from "vitest";
import { describeFilms } from "./facts";
import { indexFolder } from "./openDataset";
import { makeFolderOf } from "./testSupport";

const HEADER = "Path,Sex,Age,Frontal/Lateral,AP/PA,Edema,Pleural Effusion";
const ROWS = [
  ["north/patient00001/study1/view1_frontal.jpg", "Female", "34", "Frontal", "AP", "1", ""],
  ["north/patient00001/study2/view1_frontal.jpg", "Female", "34", "Frontal", "PA", "", "1"],
  ["south/patient00002/study1/view1_frontal.jpg", "Male", "71", "Frontal", "AP", "0", ""],
  ["south/patient00003/study1/view1_frontal.jpg", "Male", "0", "Frontal", "AP", "", "0"],
  ["north/patient00004/study1/view1_frontal.jpg", "Male", "34", "Frontal", "PA", "0", "0"],
];

async function describe(rows = ROWS) {
  const csv = [HEADER, ...rows.map((row) => row.join(","))].join("\n");
  const films = rows.map(([path]) => path ?? "");
  const index = await indexFolder(makeFolderOf(films, { "train.csv": csv }), [], {}, () => {});
  return describeFilms(index, Uint32Array.from(rows.keys()), ["Edema", "Pleural Effusion"]);
}

it("says of each film whose it is, and in which groups", async () => {
  const { patients, groups } = await describe();
  const [first, second, ...others] = patients;
  expect(first).toBe(second);
  expect(new Set([first, ...others]).size).toBe(4);
  const named = Object.fromEntries(groups.map(({ by, names, codes }) => [by, Array.from(codes, (code) => names[code])]));
  expect(named).toEqual({
    view: ["AP", "PA", "AP", "AP", "PA"],
    sex: ["Female", "Female", "Male", "Male", "Male"],
    age: ["20 to 39", "20 to 39", "60 to 79", "unknown", "20 to 39"],
    source: ["north", "north", "south", "south", "north"],
  });
  expect(groups.find(({ by }) => by === "age")?.names).toEqual(["20 to 39", "60 to 79", "unknown"]);
});

it("marks blank labels under each target", async () => {
  expect([...(await describe()).blanks]).toEqual([0, 1, 1, 0, 0, 1, 1, 0, 0, 0]);
});

it("leaves out what all films share", async () => {
  const { groups } = await describe(ROWS.slice(0, 2));
  expect(groups.map(({ by }) => by)).toEqual(["view"]);
});
