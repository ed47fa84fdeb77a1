// Commands that open a folder: dropped, chosen, drawn, or the one of the last visit. What is sampled from it is `sampleCommands.ts`.
import * as Comlink from "comlink";
import type { LabelChoice } from "../protocol/dataset";
import { type Failure, LabError, toFailure } from "../protocol/labError";
import type { LastFolderStore } from "../storage/lastFolder";
import { announce, type LabContext } from "./context";
import { type ChosenFolder, describeUnknown, readDrop, sourceFromFiles, sourceFromHandle } from "./folders";
import { formatPlural } from "./format";
import { EMPTY_FINDER, EMPTY_PREPARATION } from "./initialState";
import type { LabCommands } from "./labCommands";
import type { SampleCommands } from "./sampleCommands";
import { chooseTarget } from "./target";

type FolderCommands = Pick<
  LabCommands,
  "takeDrop" | "openFiles" | "openDrawnFilms" | "chooseLabelFiles" | "readLabelsAs" | "reopenFolder"
> & {
  /** Offers the folder of the last visit, or opens it where the browser still allows that. */
  offerLastFolder(): Promise<void>;
  /** Reads the open folder again, for a dataset worker that knows nothing of it. */
  reopen(): Promise<void>;
};

const DRAWN_SEED = 2019;
const DRAWN_FILMS = 1200;

/** Not yet in TypeScript's DOM library. */
type AskableHandle = FileSystemDirectoryHandle & {
  queryPermission?(request: { mode: "read" }): Promise<PermissionState>;
  requestPermission?(request: { mode: "read" }): Promise<PermissionState>;
};

export function createFolderCommands(
  context: LabContext,
  sample: Pick<SampleCommands, "endPreparing" | "countSample">,
  take: { weights(file: File): Promise<void>; json(file: File): Promise<void>; trial(file: File): Promise<void> },
  onOpened: () => Promise<void>,
  lastFolder: LastFolderStore,
): FolderCommands {
  const { store, workers, patch, say } = context;
  let open: { folder: ChosenFolder; labelFiles: File[]; choice: LabelChoice } | null = null;
  /** A folder that is dropped while another is read takes its place: only the newest may land. */
  let newest = 0;

  /** @param find how the folder comes to be known, which may itself take a while */
  async function openFolder(
    name: string,
    find: () => Promise<ChosenFolder>,
    labelFiles: File[] = [],
    choice: LabelChoice = {},
  ): Promise<void> {
    const turn = ++newest;
    await sample.endPreparing();
    if (turn !== newest) return;
    patch("dataset", { state: "opening", name, progress: null, summary: null, failure: null });
    patch("sample", { state: "none", summary: null, failure: null, recipe: null });
    store.setState({ step: "dataset", preparation: EMPTY_PREPARATION, finder: EMPTY_FINDER });
    say(`Reading ${name}.`);
    try {
      const folder = await find();
      if (turn !== newest) return;
      open = { folder, labelFiles, choice };
      const summary = await workers.dataset.open(
        { source: folder.source, labelFiles, choice },
        Comlink.proxy((progress) => {
          if (turn === newest) patch("dataset", { progress });
        }),
        Comlink.proxy(folder.openFile),
      );
      if (turn !== newest) return;
      patch("dataset", { state: "ready", summary });
      store.setState((state) => ({ settings: { ...state.settings, ...chooseTarget(summary, state.settings) } }));
      say(
        `${formatPlural(summary.films, "film")} and ${formatPlural(summary.rows, "row")} read from ${summary.csvPath || "the names of its folders"}.`,
      );
      announce({ type: "indexed", ...summary });
      await sample.countSample();
      await onOpened();
      await remember();
    } catch (error) {
      if (turn === newest) fail(toFailure(error));
    }
  }

  const openChosen = (folder: ChosenFolder, labelFiles?: File[], choice?: LabelChoice) =>
    openFolder(folder.source.name, async () => folder, labelFiles, choice);

  /** Only a handle outlives the page. */
  async function remember(): Promise<void> {
    const source = open?.folder.source;
    if (!open || source?.kind !== "handle") return;
    await lastFolder
      .write({ handle: source.handle, labelFiles: open.labelFiles, choice: open.choice })
      .catch((error: unknown) => say(toFailure(error).message));
  }

  /** What cannot be opened at all leaves the folder that is open as it is. */
  function refuse(failure: Failure): void {
    const { state } = store.getState().dataset;
    patch("dataset", { state: state === "empty" ? "failed" : state, failure });
    report(failure);
  }

  function fail(failure: Failure): void {
    patch("dataset", { state: "failed", failure });
    report(failure);
  }

  function report(failure: Failure): void {
    say(failure.message);
    announce({ type: "failed", ...failure });
  }

  return {
    async takeDrop(data) {
      try {
        const { folder, labelFiles, weights, json, trial, unknown } = await readDrop(data);
        if (folder) await openFolder(folder.name, folder.find, labelFiles);
        else if (labelFiles.length > 0 && open) await openChosen(open.folder, labelFiles);
        else if (labelFiles[0]) {
          const { name } = labelFiles[0];
          throw new LabError("noFilms", `“${name}” holds labels only. Drop the folder of films as well.`, name);
        }
        // A trial that is run again says what its weights are for.
        if (json) await take.json(json);
        if (weights) await take.weights(weights);
        if (trial) await take.trial(trial);
        if (unknown.length > 0) throw new LabError("badSettings", describeUnknown(unknown), unknown[0]);
      } catch (error) {
        refuse(toFailure(error));
      }
    },
    async openFiles(files) {
      const [first] = files;
      if (first) await openFolder(first.webkitRelativePath.split("/")[0] || "folder", () => sourceFromFiles(files));
      else refuse({ code: "emptyFolder", message: "That folder holds no files. Choose the folder that holds the films." });
    },
    async openDrawnFilms() {
      await openChosen({
        source: { kind: "drawn", name: "Drawn films", seed: DRAWN_SEED, films: DRAWN_FILMS },
        openFile: (place) => Promise.reject(new RangeError(`Drawn film ${place} is no file.`)),
      });
    },
    async chooseLabelFiles(files) {
      if (open) await openChosen(open.folder, files);
      else refuse({ code: "noFilms", message: "Choose the folder of films first, then its label CSV.", at: files[0]?.name });
    },
    async readLabelsAs(choice) {
      if (open) await openChosen(open.folder, open.labelFiles, choice);
    },
    async reopen() {
      if (open) await openChosen(open.folder, open.labelFiles, open.choice);
    },
    async offerLastFolder() {
      const last = await lastFolder.read();
      if (!last || store.getState().dataset.state !== "empty") return;
      const handle: AskableHandle = last.handle;
      const permission = await handle.queryPermission?.({ mode: "read" });
      // Another may have been opened while the browser was asked.
      if (store.getState().dataset.state !== "empty") return;
      if (permission === "granted") await openChosen(sourceFromHandle(handle), last.labelFiles, last.choice);
      else patch("dataset", { lastFolder: handle.name });
    },
    async reopenFolder() {
      try {
        const last = await lastFolder.read();
        if (!last) return patch("dataset", { lastFolder: null });
        const handle: AskableHandle = last.handle;
        if ((await handle.requestPermission?.({ mode: "read" })) !== "granted") {
          const message = `The browser may not read ${handle.name}. Press “Open ${handle.name} again” and allow it, or drop the folder once more.`;
          throw new LabError("emptyFolder", message, handle.name);
        }
        await openChosen(sourceFromHandle(handle), last.labelFiles, last.choice);
      } catch (error) {
        refuse(toFailure(error));
      }
    },
  };
}
