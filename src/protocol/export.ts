// The formats of others that a trained network is handed out in.

/** `onnx`: ONNX. `tfjs`: a TensorFlow.js graph model, its two files in a ZIP. */
export const EXPORT_FORMATS = ["onnx", "tfjs"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** A file, and what a person should know of it. */
export interface ExportedFile {
  file: Blob;
  notices: string[];
}

/** A network that was run from its file. */
export interface TriedFile extends ExportedFile {
  /** Of its logits from the engine's: of each logit, or of 1 where that is less. */
  distance: number;
}

export const FORMAT_NAMES: Record<ExportFormat, string> = { onnx: "ONNX", tfjs: "TensorFlow.js" };

/** What follows the name of the weights. */
export const FORMAT_ENDINGS: Record<ExportFormat, string> = { onnx: ".onnx", tfjs: "-tfjs.zip" };
