// The folder that was opened last, as IndexedDB keeps it from one visit to the next: its handle, no film of it. The browser asks again before it may be read.
import type { LabelChoice } from "../protocol/dataset";
import { type KeyValue, openKeyValue } from "./keyValue";

export interface LastFolder {
  handle: FileSystemDirectoryHandle;
  /** Label files chosen by hand, in place of those inside the folder. */
  labelFiles: File[];
  /** How their labels were read, where a person chose that. */
  choice: LabelChoice;
}

export interface LastFolderStore {
  read(): Promise<LastFolder | undefined>;
  write(folder: LastFolder): Promise<void>;
}

const KEY = "last";

export function createLastFolderStore(values: KeyValue<LastFolder> = openKeyValue("roentgen-lab-folder")): LastFolderStore {
  return {
    read: () => values.read(KEY),
    write: (folder) => values.write(KEY, folder),
  };
}
