// Arrays that a weights file holds, before any of them is read: names and shapes decide first whether they are wanted.

export interface LazyArray {
  /** torch's layout. */
  shape: number[];
  /** Its numbers as float32, row by row. */
  read(): Float32Array;
}

export type LazyArrays = Map<string, LazyArray>;

/** What a weights file holds, whatever its format. */
export interface ArrayFile {
  arrays: LazyArrays;
  /** What the file says of itself; only safetensors do. */
  metadata: Record<string, string>;
  /** What was made of the file, in sentences, for a person to check. */
  notes: string[];
}
