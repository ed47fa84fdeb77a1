// Made trials, as many as wanted, put where the page keeps its own: for what a long list of them costs. None was ever trained.
import type { Page } from "@playwright/test";

/** Writes them as trials 1 to `count`, each with a finder's curve and twenty epochs, over what the page at hand keeps. */
export async function keepMadeTrials(page: Page, count: number): Promise<void> {
  await page.evaluate(async (trials) => {
    const writeAll = (database: string, make: (id: number) => unknown) =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open(database);
        opening.onupgradeneeded = () => opening.result.createObjectStore("values");
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const writing = opening.result.transaction("values", "readwrite");
          const values = writing.objectStore("values");
          for (let id = 1; id <= trials; id++) values.put(make(id), String(id));
          writing.onerror = () => reject(writing.error);
          writing.oncomplete = () => {
            opening.result.close();
            resolve();
          };
        };
      });
    const curve = Array.from({ length: 100 }, (_, at) => 0.7 + Math.sin(at) / 10);
    const summary = {
      targets: [],
      before: { positives: 500, negatives: 5000 },
      train: { films: 900, positives: 450, negatives: 450 },
      valid: { films: 100, positives: 50, negatives: 50 },
      after: { positives: 500, negatives: 500 },
      kept: 1000,
      setAside: 4500,
      epochFilms: 900,
    };
    const scores = (id: number) => ({
      auroc: 0.6 + ((id * 7919) % 3500) / 1e4,
      accuracy: 0.7,
      validLoss: 0.3 + ((id * 104729) % 4000) / 1e4,
    });
    const targets = ["Cardiomegaly", "Edema", "Pleural Effusion", "Atelectasis"];
    await writeAll("roentgen-lab-trials", (id) => {
      const ref = { key: `${id}/1`, step: 1140, savedAt: "2019-06-01T12:00:00.000Z", bytes: 84e6, epoch: 19, ...scores(id) };
      return {
        id,
        parent: id % 5 === 0 ? `trial-${id - 1}` : null,
        note: id % 9 === 0 ? `Rate taken off the steepest point again, and mixup beside it: try ${id}.` : "",
        star: id % 50 === 0,
        createdAt: new Date(1.56e12 + id * 36e5).toISOString(),
        state: ["finished", "finished", "finished", "stopped", "failed"][id % 5],
        failure: null,
        settings: {
          target: targets[id % 4],
          maxLr: 10 ** -(1 + (id % 4)),
          imageSize: [64, 128, 320][id % 3],
          epochs: 20,
          seed: id,
        },
        dataset: {
          name: "CheXpert-v1.0-small",
          format: "chexpert",
          rows: 223414,
          films: 223414,
          csvPath: "train.csv",
          csvSha256: "",
        },
        sample: summary,
        finder: {
          lrs: curve,
          losses: curve,
          smoothed: curve,
          suggestions: {},
          chosen: null,
          runs: [curve, curve, curve].map((losses) => ({ lrs: curve, losses })),
          chosenAt: null,
        },
        adapter: { name: "Made card", maxBufferBytes: 2 ** 31, maxBindingBytes: 2 ** 30, isSoftware: false, features: [] },
        versions: {},
        stepsDone: 1140,
        stepsTotal: 1140,
        epochs: Array.from({ length: 20 }, (_, epoch) => ({ epoch, trainLoss: 0.5, ...scores(id + epoch), seconds: 40 })),
        checkpoints: { last: ref, previous: null, best: ref, epochs: [] },
        seconds: 300 + (id % 977),
      };
    });
    await writeAll("roentgen-lab-samples", () => ({ store: "made@1", summary, validPaths: [] }));
  }, count);
}
