// The parts of ONNX's file format (onnx/onnx.proto: ModelProto and what it holds) that the lab's networks need, as bytes and back. Field numbers
// are that schema's. Knows no network.
import { PbfReader, PbfWriter } from "pbf";
import type { NamedArray, NamedArrays } from "../engine";
import { NUMBER_TYPES, readNumbers, writeFloats } from "../numberTypes";

/** Of the file format in ONNX 1.12, which brought opset 17. */
const IR_VERSION = 8;
export const OPSET = 17;

export interface OnnxNode {
  /** `op_type`, such as Conv. */
  op: string;
  /** Outputs of nodes before it, inputs of the graph, or names of weights. */
  inputs: string[];
  output: string;
  ints: Record<string, number | number[]>;
  floats: Record<string, number>;
}

/** A float32 tensor at the graph's border; a name in place of a count is any count. */
export interface OnnxValue {
  name: string;
  shape: (number | string)[];
}

export interface OnnxModel {
  producer: { name: string; version: string };
  name: string;
  nodes: OnnxNode[];
  weights: NamedArrays;
  inputs: OnnxValue[];
  outputs: OnnxValue[];
  /** `metadata_props` */
  metadata: Record<string, string>;
}

const FLOAT = 1;
const ATTRIBUTE_TYPES = { float: 1, int: 2, ints: 7 };

export function writeOnnx(model: OnnxModel): Uint8Array<ArrayBuffer> {
  const writer = new PbfWriter();
  writer.writeVarintField(1, IR_VERSION);
  writer.writeStringField(2, model.producer.name);
  writer.writeStringField(3, model.producer.version);
  writer.writeMessage(7, writeGraph, model);
  writer.writeMessage(8, (version, pbf) => pbf.writeVarintField(2, version), OPSET);
  for (const entry of Object.entries(model.metadata)) writer.writeMessage(14, writeEntry, entry);
  return writer.finish().slice();
}

function writeEntry([key, value]: [string, string], pbf: PbfWriter): void {
  pbf.writeStringField(1, key);
  pbf.writeStringField(2, value);
}

function writeGraph({ nodes, name, weights, inputs, outputs }: OnnxModel, pbf: PbfWriter): void {
  for (const node of nodes) pbf.writeMessage(1, writeNode, node);
  pbf.writeStringField(2, name);
  for (const array of weights) pbf.writeMessage(5, writeTensor, array);
  for (const value of inputs) pbf.writeMessage(11, writeValue, value);
  for (const value of outputs) pbf.writeMessage(12, writeValue, value);
}

function writeNode({ op, inputs, output, ints, floats }: OnnxNode, pbf: PbfWriter): void {
  for (const input of inputs) pbf.writeStringField(1, input);
  pbf.writeStringField(2, output);
  pbf.writeStringField(3, output);
  pbf.writeStringField(4, op);
  for (const attribute of Object.entries(ints)) pbf.writeMessage(5, writeInts, attribute);
  for (const attribute of Object.entries(floats)) pbf.writeMessage(5, writeFloat, attribute);
}

function writeInts([name, value]: [string, number | number[]], pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  if (typeof value === "number") pbf.writeVarintField(3, value);
  else for (const one of value) pbf.writeVarintField(8, one);
  pbf.writeVarintField(20, typeof value === "number" ? ATTRIBUTE_TYPES.int : ATTRIBUTE_TYPES.ints);
}

function writeFloat([name, value]: [string, number], pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  pbf.writeFloatField(2, value);
  pbf.writeVarintField(20, ATTRIBUTE_TYPES.float);
}

function writeTensor([name, { shape, data }]: [string, NamedArray], pbf: PbfWriter): void {
  for (const size of shape) pbf.writeVarintField(1, size);
  pbf.writeVarintField(2, FLOAT);
  pbf.writeStringField(8, name);
  // Little-endian, as everything in the format.
  const raw = new Uint8Array(data.length * 4);
  writeFloats(new DataView(raw.buffer), 0, data);
  pbf.writeBytesField(9, raw);
}

function writeValue({ name, shape }: OnnxValue, pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  pbf.writeMessage(2, (sizes, type) => type.writeMessage(1, writeTensorType, sizes), shape);
}

function writeTensorType(shape: OnnxValue["shape"], pbf: PbfWriter): void {
  pbf.writeVarintField(1, FLOAT);
  pbf.writeMessage(2, writeShape, shape);
}

function writeShape(shape: OnnxValue["shape"], pbf: PbfWriter): void {
  for (const size of shape) pbf.writeMessage(1, writeDimension, size);
}

function writeDimension(size: number | string, pbf: PbfWriter): void {
  if (typeof size === "number") pbf.writeVarintField(1, size);
  else pbf.writeStringField(2, size);
}

/** Reads what `writeOnnx` writes; what else a file may hold is passed over. */
export function readOnnx(bytes: Uint8Array): Pick<OnnxModel, "nodes" | "weights" | "metadata"> {
  const model: Pick<OnnxModel, "nodes" | "weights" | "metadata"> = { nodes: [], weights: new Map(), metadata: {} };
  new PbfReader(bytes).readFields((field, _, pbf) => {
    if (field === 7) pbf.readMessage(readGraphField, model);
    if (field === 14) {
      const [key, value] = pbf.readMessage(readEntryField, ["", ""]);
      model.metadata[key] = value;
    }
  }, null);
  return model;
}

function readGraphField(field: number, { nodes, weights }: Pick<OnnxModel, "nodes" | "weights">, pbf: PbfReader): void {
  if (field === 1) nodes.push(pbf.readMessage(readNodeField, { op: "", inputs: [], output: "", ints: {}, floats: {} }));
  if (field === 5) {
    const { name, ...array } = pbf.readMessage(readTensorField, { name: "", shape: [], data: new Float32Array() });
    weights.set(name, array);
  }
}

function readEntryField(field: number, entry: [string, string], pbf: PbfReader): void {
  if (field === 1 || field === 2) entry[field - 1] = pbf.readString();
}

function readNodeField(field: number, node: OnnxNode, pbf: PbfReader): void {
  if (field === 1) node.inputs.push(pbf.readString());
  if (field === 2) node.output = pbf.readString();
  if (field === 4) node.op = pbf.readString();
  if (field === 5) {
    const read = pbf.readMessage(readAttributeField, { name: "", float: 0, int: 0, ints: [], type: 0 });
    if (read.type === ATTRIBUTE_TYPES.float) node.floats[read.name] = read.float;
    else node.ints[read.name] = read.type === ATTRIBUTE_TYPES.int ? read.int : read.ints;
  }
}

interface ReadAttribute {
  name: string;
  float: number;
  int: number;
  ints: number[];
  type: number;
}

function readAttributeField(field: number, attribute: ReadAttribute, pbf: PbfReader): void {
  if (field === 1) attribute.name = pbf.readString();
  if (field === 2) attribute.float = pbf.readFloat();
  if (field === 3) attribute.int = pbf.readVarint();
  if (field === 8) attribute.ints.push(pbf.readVarint());
  if (field === 20) attribute.type = pbf.readVarint();
}

function readTensorField(field: number, tensor: NamedArray & { name: string }, pbf: PbfReader): void {
  if (field === 1) tensor.shape.push(pbf.readVarint());
  if (field === 8) tensor.name = pbf.readString();
  if (field === 9) {
    const { buffer, byteOffset, byteLength } = pbf.readBytes();
    tensor.data = readNumbers(new DataView(buffer, byteOffset), 0, byteLength / 4, NUMBER_TYPES.F32);
  }
}
