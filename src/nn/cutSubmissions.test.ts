import { expect, it } from "vitest";
import { cutSubmissions } from "./cutSubmissions";

it("submits no more at once than keeps a desktop alive", () => {
  expect(cutSubmissions([])).toEqual([]);
  expect(cutSubmissions([{ flop: 1 }])).toEqual([[0, 1]]);
  const large = [6e9, 6e9, 1e9, 2e10, 1].map((flop) => ({ flop }));
  expect(cutSubmissions(large)).toEqual([
    [0, 2],
    [2, 4],
    [4, 5],
  ]);
  const many = cutSubmissions(Array(600).fill({ flop: 0 }));
  expect(many).toEqual([
    [0, 256],
    [256, 512],
    [512, 600],
  ]);
});
