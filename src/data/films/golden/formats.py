"""Writes small made films of every format (formats/) and what they and the real ones of ../shared/data/formats show (formats.json).

Run: /usr/bin/python3 src/data/films/golden/formats.py
Needs python3-pil, python3-pydicom and python3-gdcm, libtiff-tools, libavif-bin and libjpeg-turbo-progs of Debian, and ../shared/data beside the repository.
"""
import base64
import json
import pathlib
import struct
import subprocess
import sys
import tempfile
import warnings
import zlib

import numpy as np
import PIL
import pydicom
from PIL import Image, ImageOps

HERE = pathlib.Path(__file__).parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE.parent / "dicom" / "golden"))
from dicom import HEIGHT, WIDTH, made_color, made_film  # noqa: E402

warnings.filterwarnings("ignore")
REAL = HERE.parents[4] / "shared" / "data" / "formats"
MADE = HERE / "formats"
# Real films are compared at a size that is neither square nor a divisor of theirs.
SIZE = (40, 48)
REFUSED = {
    "empty.png": "empty",
    "nih_truncated_half.png": "cut short",
    "RG1_J2KI_truncated.dcm": "cut short",
    "._00000001_000.png": "AppleDouble",
}


def png_16(pixels, color_type, interlaced=False, transparent=None):
    """Pillow writes no 16-bit PNG but grey ones. Rows unfiltered; `pixels` [height, width, channels]."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    rows = b""
    for left, top, across, down in passes if interlaced else [(0, 0, 1, 1)]:
        for row in pixels[top::down, left::across]:
            rows += b"\0" + row.astype(">u2").tobytes() if row.size else b""
    height, width = pixels.shape[:2]
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 16, color_type, 0, 0, int(interlaced)))
    key = chunk(b"tRNS", struct.pack(">H", transparent)) if transparent is not None else b""
    return b"\x89PNG\r\n\x1a\n" + header + key + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def luma_16(rgb):
    weights = np.array([19595, 38470, 7471], dtype=np.uint64)
    return ((rgb.astype(np.uint64) @ weights + 0x8000) >> np.uint64(16)).astype(np.uint16)


def tool(command, image, suffix_in, suffix_out, last=1, **save):
    """What `command` makes of the image; `last`: whether the source (0) or the target (1) is named last."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = pathlib.Path(folder, f"in.{suffix_in}"), pathlib.Path(folder, f"out.{suffix_out}")
        image.save(source, **save)
        subprocess.run([*command, *[str(source), str(target)][:: 1 if last else -1]], check=True, capture_output=True)
        return target.read_bytes()


def saved(image, kind, **options):
    with tempfile.NamedTemporaryFile(suffix=f".{kind}") as target:
        image.save(target.name, **options)
        return pathlib.Path(target.name).read_bytes()


grey8, grey16 = made_film(8).astype(np.uint8), made_film(16).astype(np.uint16)
color8 = made_color().astype(np.uint8)
color16 = np.stack([made_film(16, seed) for seed in (1, 2, 3)], axis=-1).astype(np.uint16)
alpha16 = np.stack([grey16, np.where(grey16 > 30000, 0, 65535)], axis=-1)
grey_image, color_image = Image.fromarray(grey8), Image.fromarray(color8)
wide_image = Image.fromarray(grey16)
see_through = color_image.convert("RGBA")
see_through.putalpha(Image.fromarray((grey8 // 2).astype(np.uint8)))

# name: (file, pixels that Pillow or the source give)
MADE_FILMS = {
    "grey.bmp": (saved(grey_image, "bmp"), grey8),
    "color.bmp": (saved(color_image, "bmp"), color_image),
    "grey.gif": (saved(grey_image, "gif"), grey8),
    "lossless.webp": (saved(color_image, "webp", lossless=True), color_image),
    "lossless.avif": (tool(["avifenc", "--lossless", "-y", "400"], grey_image, "png", "avif"), grey8),
    "restarts.jpg": (tool(["cjpeg", "-grayscale", "-quality", "95", "-restart", "3B", "-outfile"], grey_image, "pgm", "jpg", last=0), None),
    "seeThrough.png": (saved(see_through, "png"), see_through.convert("RGB")),
    "interlaced16.png": (png_16(grey16[..., None], 0, interlaced=True), grey16),
    "color16.png": (png_16(color16, 2), luma_16(color16)),
    "alpha16.png": (png_16(alpha16, 4), grey16),
    "keyed16.png": (png_16(grey16[..., None], 0, transparent=int(grey16[10, 10])), grey16),
    "grey8.tif": (saved(grey_image, "tif"), grey8),
    "grey16.tif": (saved(wide_image, "tif"), grey16),
    "bigEndian16.tif": (tool(["tiffcp", "-B"], wide_image, "tif", "tif"), grey16),
    "lzw16.tif": (tool(["tiffcp", "-c", "lzw:2"], wide_image, "tif", "tif"), grey16),
    "deflate16.tif": (tool(["tiffcp", "-c", "zip:2"], wide_image, "tif", "tif"), grey16),
    "packbits.tif": (tool(["tiffcp", "-c", "packbits"], grey_image, "tif", "tif"), grey8),
    "tiles16.tif": (tool(["tiffcp", "-t", "-w", "16", "-l", "16"], wide_image, "tif", "tif"), grey16),
    "strips.tif": (tool(["tiffcp", "-r", "5"], grey_image, "tif", "tif"), grey8),
    "big.tif": (tool(["tiffcp", "-8"], grey_image, "tif", "tif"), grey8),
    "whiteIsZero.tif": (saved(grey_image, "tif", tiffinfo={262: 0}), None),
    "color.tif": (saved(color_image, "tif"), color_image),
    "planes.tif": (tool(["tiffcp", "-p", "separate"], color_image, "tif", "tif"), color_image),
    "palette.tif": (saved(color_image.quantize(64), "tif"), color_image.quantize(64).convert("RGB")),
    "alpha.tif": (saved(see_through, "tif"), see_through.convert("RGB")),
    "jpeg.tif": (tool(["tiffcp", "-c", "jpeg:95"], grey_image, "tif", "tif"), None),
}
MADE_REFUSED = {
    "twoPages.tif": (saved(grey_image, "tif", save_all=True, append_images=[grey_image]), "2 pages"),
    "float.tif": (saved(grey_image.convert("F"), "tif"), "32 bits"),
    "cutShort.tif": (saved(grey_image, "tif")[:-200], "cut short"),
    "cutShort.bmp": (saved(grey_image, "bmp")[:-200], "cut short"),
    "cutShort.gif": (saved(grey_image, "gif")[:-200], "cut short"),
    "cutShort.webp": (saved(color_image, "webp", lossless=True)[:-200], "cut short"),
    "cutShort16.png": (png_16(grey16[..., None], 0)[:-200], "cut short"),
    "webPage.png": (b"<!DOCTYPE html><html><body>Sign in</body></html>", "web page"),
    "text.jpg": (b"just some text", "not an image"),
    "tooLarge.png": (png_16(grey16[..., None], 0)[:16] + struct.pack(">II", 60000, 60000) + png_16(grey16[..., None], 0)[24:], "60000 x 60000"),
}


def grade(values):
    """By the percentiles of the film before it was resized, as values above 8 bits are where the file names no window."""
    low, high = np.percentile(values, [0.5, 99.5], method="inverted_cdf")
    return lambda resized: np.round(np.clip((resized - low) / (high - low), 0, 1) * 255)


def shown(pixels, size):
    """Resized as Pillow does it, then bytes: grey levels of 8 bits, in floats and graded where there are more."""
    if isinstance(pixels, Image.Image):
        pixels = np.asarray(pixels.convert("L"))
    if pixels.dtype == np.uint8:
        return np.asarray(Image.fromarray(pixels).resize(size, Image.BILINEAR))
    return grade(pixels)(resize_floats(pixels, size))


def resize_floats(pixels, size):
    return np.asarray(Image.fromarray(pixels.astype(np.float32)).resize(size, Image.BILINEAR))


def read_real(path):
    if path.suffix != ".dcm":
        image = ImageOps.exif_transpose(Image.open(path))
        return shown(np.asarray(image).astype(np.uint16) if image.mode.startswith("I") else image, SIZE)
    film = pydicom.dcmread(path, force=True)
    if "WindowWidth" not in film:
        return shown(film.pixel_array, SIZE)
    # PS3.3, C.11.2.1.2, LINEAR, of the resized samples; all of these are MONOCHROME1.
    center, width = film.WindowCenter - 0.5, film.WindowWidth - 1
    unit = np.clip((resize_floats(film.pixel_array, SIZE) - center) / width + 0.5, 0, 1)
    return np.round((1 - unit) * 255)


def encode(pixels):
    return base64.b64encode(pixels.astype(np.uint8).tobytes()).decode()


if __name__ == "__main__":
    MADE.mkdir(exist_ok=True)
    for old in MADE.iterdir():
        old.unlink()
    golden = {"pillow": PIL.__version__, "made": {}, "madeRefused": {}, "real": {}, "realRefused": REFUSED}
    golden |= {"madeSize": [WIDTH, HEIGHT], "realSize": SIZE}
    for name, (data, pixels) in MADE_FILMS.items():
        (MADE / name).write_bytes(data)
        golden["made"][name] = encode(shown(Image.open(MADE / name) if pixels is None else pixels, (WIDTH, HEIGHT)))
    for name, (data, reason) in MADE_REFUSED.items():
        (MADE / name).write_bytes(data)
        golden["madeRefused"][name] = reason
    for path in sorted(REAL.iterdir()):
        if path.name != "MANIFEST.csv" and path.name not in REFUSED:
            golden["real"][path.name] = encode(read_real(path))
    (HERE / "formats.json").write_text(json.dumps(golden, indent=1) + "\n")
