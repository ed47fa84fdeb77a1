// The formats of others that a trained network is handed out in.

/** `onnx`: ONNX. `tfjs`: a TensorFlow.js graph model, its two files in a ZIP. */
export const EXPORT_FORMATS = ["onnx", "tfjs"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export const FORMAT_NAMES: Record<ExportFormat, string> = { onnx: "ONNX", tfjs: "TensorFlow.js" };

export const FORMAT_TYPES: Record<ExportFormat, string> = { onnx: "application/octet-stream", tfjs: "application/zip" };

/** What follows the name of the weights. */
export const FORMAT_ENDINGS: Record<ExportFormat, string> = { onnx: ".onnx", tfjs: "-tfjs.zip" };
