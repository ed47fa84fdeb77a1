// What the lab asks of a folder, whatever it comes from: a list of its files and a file by its path. It does not know what a CSV or a film is.

export interface FolderReader {
  name: string;
  /** True where all paths are known, so that listing costs nothing. */
  isKnown: boolean;
  /** The files, those nearest the top first; a large folder need not be listed to its end. Hidden files are passed over. */
  list(): AsyncGenerator<Listed>;
  /** Whether there is such a file, without opening it. */
  has(path: string): Promise<boolean>;
  /** @throws LabError filmUnreadable where the file is gone or may not be read */
  read(path: string): Promise<Blob>;
}

/** A piece of a listing. */
export interface Listed {
  /** Paths with "/" and without the folder's own name. */
  files: string[];
  /** Folders that were met in it. */
  folders: string[];
  /** Folders that may not be listed, each with the reason. */
  unlisted: string[];
  /** True where all files that lie as deep as these are listed now. */
  endsLevel: boolean;
}
