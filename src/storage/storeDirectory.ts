// The part of the File System API that prepared films need; directory handles have this shape, and so has the one in memory for tests.

export interface StoreDirectory {
  getDirectoryHandle(name: string, options?: { create?: boolean }): Promise<StoreDirectory>;
  getFileHandle(name: string, options?: { create?: boolean }): Promise<StoreFile>;
  /** Names of what it holds. */
  keys(): AsyncIterable<string>;
  removeEntry(name: string, options?: { recursive?: boolean }): Promise<void>;
}
export interface StoreFile {
  getFile(): Promise<Blob>;
  /** In workers only, and not in every browser. */
  createSyncAccessHandle?(options?: { mode: "read-only" }): Promise<StoreAccess>;
}
export interface StoreAccess {
  /** Missing in browsers that know one mode only. */
  readonly mode?: string;
  read(bytes: Uint8Array<ArrayBuffer>, options: { at: number }): number;
  write(bytes: Uint8Array<ArrayBuffer>, options: { at: number }): number;
  truncate(size: number): void;
  flush(): void;
  close(): void;
}
