// In the browser: takes a folder as the lab's page does, dropped or chosen, and hands it to `prepareWorker.ts`.
import * as Comlink from "comlink";
import { type ChosenFolder, readDrop, sourceFromFiles } from "../src/app/folders";
import type { PrepareRun, PrepareWorker } from "./prepareWorker";

const input = document.createElement("input");
input.type = "file";
input.webkitdirectory = true;
document.body.append(input);

const given: Promise<ChosenFolder> = new Promise((resolve) => {
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", async (event) => {
    event.preventDefault();
    const { folder } = event.dataTransfer ? await readDrop(event.dataTransfer) : { folder: null };
    if (folder) resolve(folder.find());
  });
  input.addEventListener("change", () => input.files && resolve(sourceFromFiles(input.files)));
});

/** @param paths films by their path in the folder */
export async function run(paths: string[], imageSize: number, workers: number, held: boolean): Promise<PrepareRun> {
  const worker = new Worker(new URL("./prepareWorker.ts", import.meta.url), { type: "module" });
  try {
    const { source, openFile } = await given;
    return await Comlink.wrap<PrepareWorker>(worker).run(source, Comlink.proxy(openFile), paths, imageSize, workers, held);
  } finally {
    worker.terminate();
  }
}
