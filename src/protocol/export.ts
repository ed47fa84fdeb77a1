// The formats of others that a trained network is handed out in.

/** `onnx`: ONNX. `tfjs`: a TensorFlow.js graph model, its two files in a ZIP. */
export const EXPORT_FORMATS = ["onnx", "tfjs"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** A file, and what a person should know of it. */
export interface ExportedFile {
  file: Blob;
  notices: string[];
}

export const FORMAT_NAMES: Record<ExportFormat, string> = { onnx: "ONNX", tfjs: "TensorFlow.js" };

/** What follows the name of the weights. */
export const FORMAT_ENDINGS: Record<ExportFormat, string> = { onnx: ".onnx", tfjs: "-tfjs.zip" };
