// Decodes a TIFF of one page, grey or colour, 8 to 16 bits a sample. Loaded when the first one comes.
import { fromArrayBuffer, type GeoTIFFImage } from "geotiff";
import { checkSize, type DecodedFilm, type Samples, Unreadable } from "./film";
import { gradeByPercentiles } from "./grading";
import { readJpegHeader } from "./jpegHeader";
import { toGrey } from "./luma";
import { checkDirectories } from "./tiffPages";
import { turnUpright } from "./turnUpright";

/** Of PhotometricInterpretation. */
const WHITE_IS_ZERO = 0;
const RGB = 2;
/** Of Compression. */
const JPEG = 7;
/** Of PlanarConfiguration. */
const PLANES = 2;
/** Of NewSubfileType: a smaller copy of another page, or a mask. */
const NO_PAGE = 0b101;

/** @throws Unreadable, or what geotiff throws where the file is damaged */
export async function decodeTiff(bytes: Uint8Array<ArrayBuffer>): Promise<DecodedFilm> {
  checkDirectories(bytes);
  // geotiff reads whole buffers only.
  const buffer = bytes.byteLength === bytes.buffer.byteLength ? bytes.buffer : bytes.slice().buffer;
  const page = await findPage(buffer);
  const [width, height] = [page.getWidth(), page.getHeight()];
  checkSize(width, height);
  await checkPieces(page, bytes);
  const photometric = Number(await page.fileDirectory.loadValue("PhotometricInterpretation"));
  const bits = page.getBitsPerSample();
  if (bits < 8 || bits > 16) throw new Unreadable(`It is a TIFF of ${bits} bits a sample; save it with 8 or 16`);
  // Palettes and YCbCr come out of readRGB as 8-bit RGB.
  const read = photometric <= RGB ? page.readRasters({ interleave: true }) : page.readRGB({ interleave: true });
  const samples = (await read) as unknown as Samples;
  const channels = samples.length / (width * height);
  const data = samples instanceof Int16Array ? samples : toGrey(samples, channels);
  const invert = photometric === WHITE_IS_ZERO;
  const orientation = Number((await page.fileDirectory.loadValue("Orientation")) ?? 1);
  if (data instanceof Uint8Array) {
    const shown = invert ? data.map((byte) => 255 - byte) : data;
    return { ...turnUpright({ width, height, data: shown }, orientation), grading: null, facts: null };
  }
  return { ...turnUpright({ width, height, data }, orientation), grading: gradeByPercentiles(data, invert), facts: null };
}

async function findPage(buffer: ArrayBuffer): Promise<GeoTIFFImage> {
  const file = await fromArrayBuffer(buffer);
  const pages: GeoTIFFImage[] = [];
  for (let at = 0; at < (await file.getImageCount()); at++) {
    const image = await file.getImage(at);
    if ((Number((await image.fileDirectory.loadValue("NewSubfileType")) ?? 0) & NO_PAGE) === 0) pages.push(image);
  }
  const [page] = pages;
  if (!page) throw new Unreadable("The TIFF file holds no page");
  if (pages.length > 1) throw new Unreadable(`It is a TIFF of ${pages.length} pages; save each film as a file of its own`);
  return page;
}

/** What geotiff takes on trust: it reads zeros beyond the end of a file, and as many pieces as the sizes make. @throws Unreadable */
async function checkPieces(page: GeoTIFFImage, bytes: Uint8Array): Promise<void> {
  const { isTiled, fileDirectory } = page;
  const [offsets, counts, planes, compression] = await Promise.all([
    fileDirectory.loadValue(isTiled ? "TileOffsets" : "StripOffsets"),
    fileDirectory.loadValue(isTiled ? "TileByteCounts" : "StripByteCounts"),
    fileDirectory.loadValue("PlanarConfiguration"),
    fileDirectory.loadValue("Compression"),
  ]);
  const sizes = Array.from(counts ?? [], Number);
  const pieces = Array.from(offsets ?? [], (offset, at) => ({ offset: Number(offset), size: sizes[at] ?? 0 }));
  const [width, height] = [page.getTileWidth(), page.getTileHeight()];
  const perPlane = Math.ceil(page.getWidth() / width) * Math.ceil(page.getHeight() / height);
  const wanted = perPlane * (planes === PLANES ? page.getSamplesPerPixel() : 1);
  if (!(wanted <= pieces.length)) throw new Unreadable("The TIFF file is damaged: it lists fewer pieces than its size takes");
  for (const { offset, size } of pieces) {
    if (offset + size > bytes.length) throw new Unreadable("The TIFF file is cut short");
    if (compression !== JPEG || size === 0) continue;
    const coded = readJpegHeader(bytes.subarray(offset, offset + size));
    if (coded.width * coded.height > width * height)
      throw new Unreadable("The TIFF file is damaged: a piece claims more than its place");
  }
}
