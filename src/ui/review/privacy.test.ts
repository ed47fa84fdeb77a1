import { MantineProvider } from "@mantine/core";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import { createStore } from "zustand/vanilla";
import type { Lab } from "../../app/lab";
import type { ReviewedTrial } from "../../app/review";
import { DEFAULT_SETTINGS } from "../../protocol/settings";
import type { Trial } from "../../protocol/training";
import { LabContext } from "../labContext";
import { Review } from "./Review";

const part = { films: 20, positives: 10, negatives: 10, patients: 20 };

/** A trial whose every file is called after a patient. */
function trialOf(id: number, change: object = {}): Trial {
  return {
    id,
    parent: `Mueller-${id}.pth`,
    beginning: { name: `Mueller-${id}.pth`, which: null, imageSize: null, sha256: String(id), replaced: null, notes: [] },
    origin: null,
    createdAt: "2026-01-02T03:04:05Z",
    settings: { ...DEFAULT_SETTINGS, target: "Edema", doubtful: ["Mueller/doubtful.png"] },
    dataset: {
      name: "films",
      format: "chexpert",
      csvPath: `Mueller/${id}.csv`,
      csvSha256: String(id).repeat(64),
      labelFiles: [{ path: `Mueller/${id}.csv`, sha256: "" }],
      rows: 40,
      films: 40,
      failed: [
        { path: "Mueller/a.png", reason: "It holds the same image as the validation film Mueller/b.png." },
        { path: "Mueller/c.png", reason: "/elsewhere/Mueller/c.png cannot be read: it was moved." },
      ],
    },
    sample: { before: part, after: part, train: part, valid: part, epochFilms: 20, kept: 40, setAside: 0, targets: [] },
    adapter: null,
    versions: {},
    epochs: [],
    finder: null,
    state: "failed",
    failure: { code: "filmUnreadable", message: "Mueller/d.png was moved" },
    note: "",
    star: false,
    seconds: 1,
    stepsDone: 0,
    stepsTotal: 4,
    checkpoints: {},
    ...change,
  } as unknown as Trial;
}

const failure = { code: "filmUnreadable", message: "/elsewhere/Mueller/e.png cannot be read.", at: "Mueller/e.png" } as const;

function draw(read: ReviewedTrial): string {
  const trials = [trialOf(1), trialOf(2, { parent: "trial-1" })];
  const lab = {
    store: createStore(() => ({ trials, review: { trials: [2], read: new Map([[2, read]]) }, tab: "acts" })),
    commands: {},
  } as unknown as Lab;
  const review = createElement(LabContext.Provider, { value: lab }, createElement(Review));
  return renderToStaticMarkup(createElement(MantineProvider, null, review));
}

const parts: [string, ReviewedTrial][] = [
  ["nothing was read", {}],
  ["nothing could be read", { steps: failure, figures: failure, films: failure }],
  [
    "there are no pictures of the films",
    {
      films: {
        wrong: [{ path: "Mueller/f.png", target: 1, logit: -2, probability: 0.1, finding: "Edema", place: 3 }],
        size: 32,
        explanation: null,
      },
      pictureFailure: failure,
    },
  ],
];

it.each(parts)("names no file of the trial or of its parent where %s", (_, read) => {
  const markup = draw(read);
  expect(markup).toContain("It began from the weights of trial 1.");
  expect(markup.match(/.{0,60}Mueller.{0,40}/g) ?? []).toEqual([]);
});
