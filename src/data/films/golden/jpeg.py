"""Writes jpeg.json: small JPEGs of made films and SHA-256 of the grey levels Pillow reads from them. Run: /usr/bin/python3 src/data/films/golden/jpeg.py

Every way of coding that a plain JPEG may have, at sizes that cut blocks; orientations are those of ImageOps.exif_transpose. Restarts and
separate scans, which Pillow does not write, come from jpegtran (Debian: libjpeg-turbo-progs).
"""
import base64
import hashlib
import io
import json
import pathlib
import subprocess
import tempfile

import PIL
from PIL import Image, ImageOps
import numpy as np

SIZES = [(40, 24), (17, 33), (1, 1), (9, 7)]
rng = np.random.default_rng(0)


def made_film(width, height):
    """Soft shapes with noise: coefficients of every size, and blocks that have only a mean."""
    x, y = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
    film = 200 * np.exp(-2 * (x**2 + y**2)) + rng.normal(0, 25, x.shape) * (x > 0)
    return Image.fromarray(np.clip(film, 0, 255).astype(np.uint8))


def encode(image, **options):
    file = io.BytesIO()
    image.save(file, "JPEG", **options)
    return file.getvalue()


def rewrite(file, *flags):
    return subprocess.run(["jpegtran", *flags], input=file, stdout=subprocess.PIPE, check=True).stdout


def case(name, file):
    read = ImageOps.exif_transpose(Image.open(io.BytesIO(file))).convert("L")
    return {
        "name": name,
        "width": read.width,
        "height": read.height,
        "sha256": hashlib.sha256(read.tobytes()).hexdigest(),
        "base64": base64.b64encode(file).decode(),
    }


cases = []
for width, height in SIZES:
    film = made_film(width, height)
    for quality in (20, 75, 100):
        for progressive in (False, True):
            name = f"{width} x {height} at quality {quality}{', progressive' if progressive else ''}"
            cases.append(case(name, encode(film, quality=quality, progressive=progressive)))
film = made_film(*SIZES[1])
for subsampling in ("4:4:4", "4:2:2", "4:2:0"):
    for progressive in (False, True):
        name = f"grey in colour, {subsampling}{', progressive' if progressive else ''}"
        cases.append(case(name, encode(film.convert("RGB"), quality=90, subsampling=subsampling, progressive=progressive)))
for orientation in range(2, 9):
    exif = Image.Exif()
    exif[274] = orientation
    cases.append(case(f"orientation {orientation}", encode(film, quality=90, exif=exif)))
colour = encode(film.convert("RGB"), quality=90, subsampling="4:2:0")
for name, file in (("grey", encode(film, quality=90)), ("grey in colour", colour)):
    cases.append(case(f"{name}, restarts", rewrite(file, "-restart", "2B")))
    cases.append(case(f"{name}, progressive, restarts", rewrite(file, "-progressive", "-restart", "3B")))
    cases.append(case(f"{name}, own codes", rewrite(file, "-optimize")))
with tempfile.NamedTemporaryFile("w", suffix=".txt") as scans:
    scans.write("2; 0; 1;")
    scans.flush()
    cases.append(case("grey in colour, a scan each", rewrite(colour, "-scans", scans.name)))
path = pathlib.Path(__file__).with_name("jpeg.json")
path.write_text(json.dumps({"pillow": PIL.__version__, "cases": cases}) + "\n")
