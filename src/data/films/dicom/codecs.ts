// Compressed frames, each by the codec that decodes it. WebAssembly is loaded when the first film needs it; most need none.
/// <reference path="./codecPackages.d.ts" />
import charlsUrl from "@cornerstonejs/codec-charls/decodewasm?url";
import libjpegUrl from "@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasm?url";
import openjpegUrl from "@cornerstonejs/codec-openjpeg/decodewasm?url";
import { Decoder as LosslessDecoder } from "@cornerstonejs/jpeg-lossless-decoder-js";
import { LabError } from "../../../protocol/labError";
import { Unreadable } from "../film";
import { hasEndOfImage } from "../isWhole";
import { decodeExtendedJpeg } from "../jpegExtended";
import { JPEG_LS, readJpegHeader } from "../jpegHeader";
import type { Codec, CodecFactory, CodecModule } from "./codecModules";
import { decodeRle, type RleShape } from "./rle";

/** A frame as its codec gives it, in one byte a sample or two. */
export interface CodedFrame {
  width: number;
  height: number;
  components: number;
  data: Uint8Array | Uint16Array;
  /** Components one after the other, not side by side. */
  planar: boolean;
  /** True where the codec has made RGB of YCbCr. */
  rgb: boolean;
}

const AS_CODED = { planar: false, rgb: false };
/** The frame's marker of JPEG Lossless. */
const LOSSLESS = 0xc3;
const RLE = "1.2.840.10008.1.2.5";

/**
 * What the frame says of itself decides, not the transfer syntax: files that name another one are common.
 * @throws Unreadable, LabError internal where a codec cannot be loaded, or what a codec throws over a damaged frame
 */
export async function decodeFrame(syntax: string, frame: Uint8Array<ArrayBuffer>, shape: RleShape): Promise<CodedFrame> {
  const coded = await decode(syntax, frame, shape);
  checkShape(coded, shape);
  return coded;
}

/** @throws Unreadable */
function checkShape(coded: Pick<CodedFrame, "width" | "height" | "components">, shape: RleShape): void {
  if (coded.width === shape.width && coded.height === shape.height && coded.components === shape.components) return;
  throw new Unreadable(
    `The DICOM file is damaged: it claims ${shape.width} x ${shape.height} pixels, its frame has ${coded.width} x ${coded.height}`,
  );
}

async function decode(syntax: string, frame: Uint8Array<ArrayBuffer>, shape: RleShape): Promise<CodedFrame> {
  const [first, second] = frame;
  if (first === 0xff && second === 0xd8) return decodeJpeg(frame, shape);
  // A codestream by itself, as it should be, or in a JP2 file, as it sometimes is. High throughput begins alike.
  const isJp2 = first === 0 && String.fromCharCode(...frame.subarray(4, 8)) === "jP  ";
  if ((first === 0xff && second === 0x4f) || isJp2) return decodeJpeg2000(frame);
  if (syntax === RLE) return { ...shape, data: decodeRle(frame, shape), ...AS_CODED };
  throw new Unreadable(`Its pixels are compressed in a way the lab does not read (transfer syntax ${syntax})`);
}

async function decodeJpeg(frame: Uint8Array<ArrayBuffer>, shape: RleShape): Promise<CodedFrame> {
  const header = readJpegHeader(frame);
  // Before a decoder takes memory for what the frame claims.
  checkShape(header, shape);
  const { frame: kind, precision, scanAt, width, height, components } = header;
  if (!hasEndOfImage(frame, scanAt)) throw new Unreadable("The DICOM file is cut short");
  if (kind === JPEG_LS) return run(charls, "JpegLSDecoder", frame, false);
  if (kind === LOSSLESS) {
    const data = new LosslessDecoder().decode(frame.buffer, frame.byteOffset, frame.length, precision > 8 ? 2 : 1);
    return { width, height, components, data, ...AS_CODED };
  }
  if (precision > 8) return { width, height, components, data: decodeExtendedJpeg(frame), ...AS_CODED };
  return run(libjpeg, "JPEGDecoder", frame, true);
}

async function decodeJpeg2000(frame: Uint8Array<ArrayBuffer>): Promise<CodedFrame> {
  // OpenJPEG fills in what is missing.
  if (!hasEndOfImage(frame, 0)) throw new Unreadable("The DICOM file is cut short");
  return run(openjpeg, "J2KDecoder", frame, true);
}

async function run(codec: LazyCodec, name: string, frame: Uint8Array, rgb: boolean): Promise<CodedFrame> {
  const module = await codec.load();
  const Decoder = module[name];
  if (!Decoder) throw new Error(`no ${name}`);
  let decoder: Codec | null = null;
  try {
    decoder = new Decoder();
    decoder.getEncodedBuffer(frame.length).set(frame);
    decoder.decode();
    const { width, height, componentCount: components, bitsPerSample } = decoder.getFrameInfo();
    const decoded = decoder.getDecodedBuffer();
    // A copy: this is the codec's own memory.
    const bytes = decoded.buffer.slice(decoded.byteOffset, decoded.byteOffset + decoded.byteLength);
    const data = bitsPerSample > 8 ? new Uint16Array(bytes) : new Uint8Array(bytes);
    return { width, height, components, data, planar: decoder.getInterleaveMode?.() === 0, rgb: rgb && components === 3 };
  } catch (error) {
    // What a codec has thrown over may have left it in any state.
    codec.drop();
    // Emscripten throws the addresses of C++ exceptions, which mean nothing here.
    throw typeof error === "number"
      ? new Unreadable("The DICOM file is damaged: its compressed pixels cannot be decoded")
      : error;
  } finally {
    decoder?.delete();
  }
}

interface LazyCodec {
  load(): Promise<CodecModule>;
  /** Has the next film load the codec afresh. */
  drop(): void;
}

const openjpeg = lazily("JPEG 2000", openjpegUrl, () => import("@cornerstonejs/codec-openjpeg/decodewasmjs"));
const charls = lazily("JPEG-LS", charlsUrl, () => import("@cornerstonejs/codec-charls/decodewasmjs"));
const libjpeg = lazily("JPEG", libjpegUrl, () => import("@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs"));

function lazily(name: string, url: string, importFactory: () => Promise<{ default: CodecFactory }>): LazyCodec {
  let loading: Promise<CodecModule> | null = null;
  const load = async () => {
    try {
      const [{ default: create }, wasm] = await Promise.all([importFactory(), fetch(url)]);
      return await create({ wasmBinary: await wasm.arrayBuffer(), print: () => {}, printErr: () => {} });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new LabError("internal", `The ${name} decoder cannot be loaded: ${reason}. Reload the page and try again.`);
    }
  };
  return {
    load: () => {
      loading ??= load();
      loading.catch(() => {
        loading = null;
      });
      return loading;
    },
    drop: () => {
      loading = null;
    },
  };
}
