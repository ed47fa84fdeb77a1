// Trials trained into one folder are numbered on, so that none writes over another's files. The page counts by itself (src/storage/trials.ts).
import { existsSync, readdirSync } from "node:fs";
import type { Page } from "@playwright/test";

/** The highest number among a folder's `trial-N` files; 0 where there is none, or no such folder. */
export function lastTrialIn(folder: string): number {
  if (!existsSync(folder)) return 0;
  return Math.max(0, ...readdirSync(folder).map((name) => Number(/^trial-(\d+)\D/.exec(name)?.[1] ?? 0)));
}

/** From now on the page numbers its trials after `last`. Only for a page that has none yet. */
export async function numberTrialsAfter(page: Page, last: number): Promise<void> {
  await page.evaluate(
    (number) =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open("roentgen-lab-numbers");
        opening.onerror = () => reject(opening.error);
        opening.onupgradeneeded = () => opening.result.createObjectStore("values");
        opening.onsuccess = () => {
          const writing = opening.result.transaction("values", "readwrite");
          writing.objectStore("values").put(number, "trial");
          writing.onerror = () => reject(writing.error);
          writing.oncomplete = () => {
            opening.result.close();
            resolve();
          };
        };
      }),
    last,
  );
}
